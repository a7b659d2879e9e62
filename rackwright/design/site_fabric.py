"""The fabric of a stack on a site of one's own, for cable maps, partitions and checks of what is there.

Nodes of the fabric are numbered through the GPU pools in the order of the spec: ``node0001`` is the first of the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rackwright.catalog import Catalog
from rackwright.design.fabric import fabric_request
from rackwright.design.pools import PoolPlan, plan_pools
from rackwright.diagnostics import InputError
from rackwright.fabric import FabricDesign, design_fabric
from rackwright.fabric.partitions import DEFAULT_KEY, Tenant
from rackwright.fabric.wiring import node_name
from rackwright.hostlist import compress
from rackwright.spec.cluster import ClusterSpec


@dataclass(frozen=True, slots=True)
class SiteFabric:
    """A fabric and who may talk to whom on it."""

    design: FabricDesign
    tenants: tuple[Tenant, ...] = ()


def site_fabric(spec: ClusterSpec, catalog: Catalog) -> SiteFabric:
    """The fabric that `spec` asks for; `InputError` for a stack without one of its own (AWS brings EFA)."""
    wired = [plan for plan in plan_pools(spec, catalog) if plan.machine.gpus and plan.machine.nics]
    if spec.fabric is None or not wired:
        raise InputError(
            "this stack has no fabric of switches",
            where=spec.where(("fabric",)),
            hint="a site of one's own has one: target.kind: on-prem, and a fabric section",
        )
    design = design_fabric(fabric_request(spec.fabric, wired))
    hosts = dict(_hosts(design, wired))
    tenants = tuple(
        Tenant(name, ",".join(hosts[pool] for pool in wanted.pools if pool in hosts), pkey=_key(wanted.pkey))
        for name, wanted in spec.fabric.tenants.items()
    )
    return SiteFabric(design, tenants)


def _hosts(design: FabricDesign, wired: Sequence[PoolPlan]) -> Iterator[tuple[str, str]]:
    first = 0
    for plan in wired:
        last = first + plan.wanted.nodes.max
        yield plan.name, compress(node_name(design, node) for node in range(first, last))
        first = last


def _key(written: str) -> int:
    """The 15 bits of a written key; the sixteenth only says full membership."""
    return int(written, 16) & DEFAULT_KEY
