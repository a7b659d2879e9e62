"""Slurm's view of the fabric: ``topology.conf`` and ``topology.yaml``.

Slurm wants every node below one switch, while a rail-optimised node is on one leaf for each rail. All leaves of a unit
have the same nodes, so a unit is what Slurm calls a leaf switch; blocks of a three-tier tree come above it.
Sources: https://slurm.schedmd.com/topology.conf.html and .../topology.yaml.html, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from rackwright.fabric.design import FabricDesign
from rackwright.fabric.wiring import node_name, unit_nodes
from rackwright.hostlist import compress


class SlurmSwitch(NamedTuple):
    """One switch of Slurm's tree, with either nodes or switches below it (host lists)."""

    name: str
    nodes: str = ""
    switches: str = ""


def slurm_switches(design: FabricDesign) -> list[SlurmSwitch]:
    """Slurm's tree, leaves first; the last one is the root."""
    units = [
        SlurmSwitch(f"unit{unit + 1:04d}", nodes=_nodes(design, range_))
        for unit in range(design.units)
        if (range_ := unit_nodes(design, unit))
    ]
    if len(units) == 1:
        return units
    blocks = list(_blocks(design, [switch.name for switch in units]))
    top = [SlurmSwitch("fabric", switches=compress(switch.name for switch in blocks or units))]
    return [*units, *blocks, *top]


def _blocks(design: FabricDesign, units: list[str]) -> Iterator[SlurmSwitch]:
    """Units that share spine groups; none where all of them do."""
    size = design.tree.block_units
    if not design.tree.cores or len(units) <= size:
        return
    for block in range(ceil(len(units) / size)):
        yield SlurmSwitch(f"block{block + 1:02d}", switches=compress(units[block * size : (block + 1) * size]))


def _nodes(design: FabricDesign, nodes: range) -> str:
    return compress(node_name(design, node) for node in nodes)


def slurm_topology_conf(design: FabricDesign) -> str:
    """``topology.conf`` for ``TopologyPlugin=topology/tree``; for NVL72 racks the block form is in the YAML file."""
    lines = ["# Written by rackwright from the fabric design; a unit stands for the leaves of all its rails."]
    for switch in slurm_switches(design):
        below = f"Nodes={switch.nodes}" if switch.nodes else f"Switches={switch.switches}"
        lines.append(f"SwitchName={switch.name} {below}")
    return "\n".join(lines) + "\n"


def slurm_topology_yaml(design: FabricDesign) -> str:
    """``topology.yaml`` (Slurm 25.05 and later): the tree, and blocks of one NVLink domain each where nodes share one.

    Where there are blocks they are the cluster's default, because inside a block traffic goes over NVLink.
    """
    racks = nvlink_domains(design)
    lines = ["---", "# Written by rackwright from the fabric design.", *_tree_yaml(design, default=not racks)]
    return "\n".join([*lines, *(_block_yaml(design, racks) if racks else ())]) + "\n"


def nvlink_domains(design: FabricDesign) -> list[range]:
    """Nodes of each NVLink domain that spans several nodes; none where every node is a domain of its own."""
    machine = design.facts.system
    if machine is None or machine.chassis is None:
        return []
    size = machine.chassis.nodes
    return [range(first, min(first + size, design.nodes)) for first in range(0, design.nodes, size)]


def _tree_yaml(design: FabricDesign, *, default: bool) -> Iterator[str]:
    yield from ("- topology: fabric", f"  cluster_default: {str(default).lower()}", "  tree:", "    switches:")
    for switch in slurm_switches(design):
        yield f"      - switch: {switch.name}"
        yield f"        nodes: {switch.nodes}" if switch.nodes else f"        children: {switch.switches}"


def _block_yaml(design: FabricDesign, racks: list[range]) -> Iterator[str]:
    yield from ("- topology: nvlink", "  cluster_default: true", "  block:", "    block_sizes:")
    yield f"      - {len(racks[0])}"
    yield "    blocks:"
    for number, nodes in enumerate(racks):
        yield f"      - block: nvl{number + 1:04d}"
        yield f"        nodes: {_nodes(design, nodes)}"
