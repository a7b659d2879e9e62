"""What a person asks of a fabric, and the checks that need no design."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rackwright.catalog.fabric import Switch, switch
from rackwright.catalog.systems import FabricChoice, System, system
from rackwright.diagnostics import InputError, Problem

MOST_NODES = 1_000_000
"""Our choice: beyond this a number is a slip of the keyboard."""
FOUR_DIGITS = 9_999
"""Nodes are named with four digits up to here, with six beyond."""


@dataclass(frozen=True, slots=True)
class FabricRequest:
    """A fabric to design; the catalog's `system` fills in what is left out, or give both `rails` and `switch`."""

    nodes: int
    system: str | None = None
    rails: int | None = None
    """Fabric ports of one node, each on a rail of its own."""
    switch: str | None = None
    """Catalog name of the switch on all tiers."""
    oversubscription: float = 1.0
    """Most node bandwidth for one of uplink bandwidth at a leaf; 1 is non-blocking."""
    ufm_ports: int = 0
    """Ports for fabric managers (UFM); each eight-rail node slot given up serves eight of them."""
    grow_to: int | None = None
    """Nodes that the fabric must be able to take later without moving a cable."""
    rail_only: bool = False
    """A fabric of its own for each rail; traffic between rails goes over NVLink inside a node."""
    unit_nodes: int | None = None
    """Nodes of one scalable unit, where it must be smaller than a leaf allows."""
    node_prefix: str = "node"
    adapters: tuple[str, ...] = ()
    """Adapter of each rail (``mlx5_0``); numbered from 0 where empty."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A request with everything that the catalog knows filled in."""

    request: FabricRequest
    system: System | None
    switch: Switch
    rails: int
    planes: int
    adapters: tuple[str, ...]
    grow_to: int

    @property
    def node_width(self) -> int:
        """Digits of a node's number, the same before and after growth."""
        return 4 if self.grow_to <= FOUR_DIGITS else 6


def resolve(request: FabricRequest) -> Facts:
    """Fill in `request` from the catalog; `InputError` with every mistake at once."""
    problems = list(_mistakes(request))
    if problems:
        raise InputError("this fabric cannot be designed", where="fabric", problems=problems)
    machine = system(request.system) if request.system else None
    choice = _choice(request, machine)
    rails = request.rails or (machine.rails if machine else 1)
    adapters = request.adapters or tuple(f"mlx5_{rail}" for rail in range(rails))
    if len(adapters) != rails:
        raise InputError(f"{len(adapters)} adapters are named for {rails} rails", where="fabric.adapters")
    return Facts(
        request, machine, switch(choice.switch), rails, choice.planes, adapters, request.grow_to or request.nodes
    )


def _choice(request: FabricRequest, machine: System | None) -> FabricChoice:
    known = machine.fabrics if machine else ()
    if request.switch is None:
        return known[0]
    return next((c for c in known if c.switch == request.switch), FabricChoice(switch=request.switch))


def _mistakes(request: FabricRequest) -> list[Problem]:
    wrong = [
        (not 1 <= request.nodes <= MOST_NODES, "nodes", f"nodes is {request.nodes}, expected 1 to {MOST_NODES}"),
        (
            request.oversubscription < 1,
            "oversubscription",
            f"oversubscription is {request.oversubscription:g}, expected 1 or more",
        ),
        (request.ufm_ports < 0, "ufm_ports", f"ufm_ports is {request.ufm_ports}, expected 0 or more"),
        ((request.rails or 1) < 1, "rails", f"rails is {request.rails}, expected 1 or more"),
        ((request.unit_nodes or 1) < 1, "unit_nodes", f"unit_nodes is {request.unit_nodes}, expected 1 or more"),
        (
            request.grow_to is not None and request.grow_to < request.nodes,
            "grow_to",
            f"grow_to is {request.grow_to}, expected at least the {request.nodes} nodes of today",
        ),
        (
            request.system is None and not (request.rails and request.switch),
            "system",
            "neither a system nor both rails and switch are given",
        ),
    ]
    return [Problem(f"fabric.{field}", text) for bad, field, text in wrong if bad]


def grown(request: FabricRequest, nodes: int) -> FabricRequest:
    """The same fabric with more nodes, planned for the same final size."""
    return replace(request, nodes=nodes, grow_to=request.grow_to or request.nodes)
