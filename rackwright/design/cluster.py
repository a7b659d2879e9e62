"""`design_cluster`: spec x catalog -> the complete intended cluster."""

from __future__ import annotations

from collections.abc import Sequence

from rackwright.catalog import Catalog
from rackwright.design.elastic import with_elastic
from rackwright.design.fabric import fabric_of
from rackwright.design.governing import governance_of
from rackwright.design.host_settings import host_settings
from rackwright.design.idle import suspend_after
from rackwright.design.kubernetes import kubernetes_of
from rackwright.design.model import Design, Pool, Scheduler, Subnet
from rackwright.design.needs import address_needs
from rackwright.design.network import network_of
from rackwright.design.node_software import node_software
from rackwright.design.pools import PoolPlan, finish_pool, has_fixed_addresses, plan_pools, subnet_of
from rackwright.design.storage import storages
from rackwright.design.subnet import fabric_subnet
from rackwright.design.subnets import cut
from rackwright.design.totals import cost_of, power_of
from rackwright.spec.cluster import ClusterSpec


def design_cluster(spec: ClusterSpec, catalog: Catalog) -> Design:
    """The cluster that `spec` asks for. Pure: the same spec and catalog give an equal design.

    Raises `InputError` for a machine that the catalog lacks, an impossible NIC layout, or too small a network.
    """
    plans = plan_pools(spec, catalog)
    needs = address_needs(spec, {plan.name: plan.addresses for plan in plans})
    subnets = cut(spec.network.cidr, needs, where=spec.where(("network", "cidr")))
    pools = with_elastic(spec, _pools(spec, plans, subnets, catalog), subnets)
    storage = storages(spec, pools)
    cost = cost_of(spec, pools, storage, catalog)
    return Design(
        name=spec.name,
        target=spec.target.kind,
        region=getattr(spec.target, "region", None),
        classification=spec.data.classification,
        compliance=spec.compliance,
        network=network_of(spec, subnets),
        pools=pools,
        storage=storage,
        scheduler=_scheduler(spec),
        kubernetes=kubernetes_of(spec, pools, subnets),
        driver_branch=str(spec.software.driver_branch),
        driver_module=spec.software.driver_module,
        cuda=spec.software.cuda,
        images=spec.software.ngc,
        retention_days=spec.monitoring.retention,
        timezone=spec.timezone,
        hosts=host_settings(spec),
        subnet=fabric_subnet(spec, catalog),
        software=node_software(spec),
        tags=_tags(spec),
        governance=governance_of(spec, cost),
        cost=cost,
        power=power_of(spec, pools),
        fabric=fabric_of(spec, plans, pools),
    )


def _pools(
    spec: ClusterSpec, plans: Sequence[PoolPlan], subnets: Sequence[Subnet], catalog: Catalog
) -> tuple[Pool, ...]:
    by_name = {subnet.name: subnet for subnet in subnets}
    taken: dict[str, int] = {}
    pools = []
    for plan in plans:
        subnet = by_name[subnet_of(spec, plan.name)]
        fixed = taken.get(subnet.name, 0) if has_fixed_addresses(spec, plan.name) else -1
        if fixed >= 0:
            taken[subnet.name] = fixed + plan.wanted.nodes.max
        pools.append(finish_pool(spec, plan, subnet, catalog, fixed))
    return tuple(pools)


def _scheduler(spec: ClusterSpec) -> Scheduler:
    if spec.slurm is None:
        return Scheduler(kind="kubernetes" if spec.kubernetes else "none", cluster_name=spec.name)
    listed = {name: part.pools for name, part in spec.slurm.partitions.items()}
    workers = {name: (name,) for name, pool in spec.pools.items() if pool.role in {"gpu", "cpu"}}
    return Scheduler(
        kind="slurm",
        cluster_name=spec.slurm.cluster_name or spec.name,
        partitions=listed or workers,
        suspend_idle_min=suspend_after(spec),
    )


def _tags(spec: ClusterSpec) -> dict[str, str]:
    tags = {
        **spec.tags,
        "rackwright:stack": spec.name,
        "rackwright:classification": spec.data.classification,
        "rackwright:compliance": " ".join(spec.compliance),
        "rackwright:cost-centre": (spec.budget.cost_centre or "") if spec.budget else "",
        "rackwright:residency": " ".join(spec.data.residency),
    }
    return {key: value for key, value in sorted(tags.items()) if value}
