"""The GPU fabric in figures: EFA on AWS, a designed tree of switches on a site of one's own."""

from __future__ import annotations

from collections.abc import Sequence

from rackwright.catalog.systems import systems
from rackwright.design.model import FabricSummary, Pool
from rackwright.design.pools import PoolPlan
from rackwright.fabric import FabricDesign, FabricRequest, design_fabric
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.network import FabricSpec

NO_FABRIC = FabricSummary(kind="none", per_node_gbps=0.0, endpoints=0)


def fabric_of(spec: ClusterSpec, plans: Sequence[PoolPlan], pools: Sequence[Pool]) -> FabricSummary:
    """Figures of the fabric with every pool at its largest.

    Raises `InputError` when the switches of the spec cannot carry the nodes.
    """
    if spec.target.kind != "on-prem":
        return _efa(pools)
    wired = [plan for plan in plans if plan.machine.gpus and plan.machine.nics]
    if not wired or spec.fabric is None:
        return NO_FABRIC
    tree = design_fabric(fabric_request(spec.fabric, wired))
    return _site(spec.fabric, wired, tree)


def fabric_request(fabric: FabricSpec, wired: Sequence[PoolPlan]) -> FabricRequest:
    """What is asked of the fabric designer: all wired nodes on one fabric, a UFM port for each rail.

    Where all are the same system, the designer knows its planes and adapters.
    """
    rails = max(plan.machine.nics for plan in wired)
    return FabricRequest(
        nodes=sum(plan.wanted.nodes.max for plan in wired),
        system=_system(wired),
        rails=rails,
        switch=fabric.switch,
        oversubscription=fabric.oversubscription,
        ufm_ports=rails if fabric.ufm else 0,
        unit_nodes=fabric.nodes_per_unit,
    )


def _system(wired: Sequence[PoolPlan]) -> str | None:
    """The one system that all pools are made of. Racks of trays share leaves here, so that a UFM port opens no unit."""
    names = {plan.machine.name for plan in wired}
    known = [systems()[name] for name in names if name in systems()]
    return known[0].name if len(names) == len(known) == 1 and known[0].chassis is None else None


def _efa(pools: Sequence[Pool]) -> FabricSummary:
    efa = [pool for pool in pools if pool.efa_gbps]
    ports = sum(pool.max_nodes * sum(nic.interface_type != "interface" for nic in pool.nics) for pool in efa)
    fastest = max((pool.efa_gbps for pool in efa), default=0.0)
    return FabricSummary(kind="efa" if efa else "none", per_node_gbps=fastest, endpoints=ports)


def _site(fabric: FabricSpec, wired: Sequence[PoolPlan], tree: FabricDesign) -> FabricSummary:
    return FabricSummary(
        kind=fabric.kind,
        per_node_gbps=max(plan.machine.nics * plan.machine.nic_gbps for plan in wired),
        endpoints=sum(plan.wanted.nodes.max * plan.machine.nics for plan in wired),
        leaves=tree.leaves,
        spines=tree.spines,
        cores=tree.cores,
        bisection_tbps=tree.bisection_tbps,
    )
