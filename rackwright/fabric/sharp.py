"""In-network reduction (SHARP): whether the fabric can do it, where its trees are rooted and what NCCL needs.

A switch serves at most two streaming aggregation flows and NCCL uses one for each rail, so the adapters of a rail must
share a leaf (HPC-X 2.26 documentation); a rail-optimised leaf carries one flow. Besides the environment a job needs
NCCL's SHARP plug-in and GPUDirect RDMA.
"""

from __future__ import annotations

from dataclasses import dataclass

from rackwright.fabric.design import FabricDesign
from rackwright.fabric.wiring import core_name, spine_name


@dataclass(frozen=True, slots=True)
class SharpPlan:
    """Placement of the aggregation trees, one for each rail and subnet."""

    supported: bool
    reason: str
    """Why it is not supported; empty where it is."""
    generation: str | None = None
    roots: dict[str, str] | None = None
    """Tree name -> switch at its root."""
    flows_per_leaf: int = 0
    manager_host: str = ""
    """Where the aggregation manager runs: with the subnet manager."""
    environment: dict[str, str] | None = None
    """What a job sets."""


def sharp_plan(design: FabricDesign) -> SharpPlan:
    """Aggregation trees of a fabric; rails are rooted on different switches as far as there are enough."""
    switch = design.facts.switch
    if switch.sharp is None:
        return SharpPlan(supported=False, reason=f"{switch.name} has no in-network reduction")
    if design.tiers == 1:
        return SharpPlan(supported=False, reason="a single leaf needs no aggregation tree")
    roots = {f"rail{rail + 1}": _root(design, rail) for rail in range(design.rails)}
    host = "ufm01" if design.facts.request.ufm_ports else "the host of the subnet manager"
    return SharpPlan(
        supported=True,
        reason="",
        generation=switch.sharp,
        roots=roots,
        flows_per_leaf=1,
        manager_host=host,
        environment={"NCCL_COLLNET_ENABLE": "1"},
    )


def _root(design: FabricDesign, rail: int) -> str:
    """Switch at the root of a rail's tree: the rail's own first spine while one block holds all units, else a core."""
    tree, own = design.tree, design.facts.request.rail_only
    subnet = rail * design.planes if own else 0
    if tree.cores and design.groups > tree.rails:
        return core_name(design, subnet, 0 if own else rail * tree.core_count // design.rails)
    if tree.cores:
        return spine_name(design, subnet, 0 if own else rail, 0)
    return spine_name(design, subnet, 0, 0 if own else rail % tree.spines_per_group)
