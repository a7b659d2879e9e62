"""A design in figures, ready for JSON."""

from __future__ import annotations

from rackwright.fabric.design import FabricDesign
from rackwright.fabric.layout import RackLayout


def figures(design: FabricDesign) -> dict[str, object]:
    """What ``rw fabric design --json`` prints; it costs the same for every size."""
    facts = design.facts
    layout = RackLayout(design)
    parts = (facts.system, facts.switch)
    return {
        "system": facts.system.name if facts.system else None,
        "switch": facts.switch.name,
        "protocol": facts.switch.protocol,
        "nodes": design.nodes,
        "grow_to": facts.grow_to,
        "gpus": design.gpus,
        "rails": design.rails,
        "planes": design.planes,
        "trees": design.copies,
        "tiers": design.tiers,
        "units": design.units,
        "unit_nodes": design.tree.leaf.slots,
        "ufm_ports": facts.request.ufm_ports,
        "leaves": design.leaves,
        "spines": design.spines,
        "cores": design.cores,
        "switches": design.switches,
        "endpoints": design.endpoints,
        "cables": design.cables,
        "links": design.links,
        "link_gbps": design.link_gbps,
        "oversubscription": round(design.oversubscription, 3),
        "bisection_tbps": round(design.bisection_tbps, 3),
        "racks": layout.racks,
        "nodes_per_rack": layout.nodes_per_rack,
        "uncertain": sorted(f"{part.name}.{field}" for part in parts if part for field in part.uncertain),
    }
