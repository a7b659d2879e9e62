"""Configuration of the subnet manager (opensm 3.3) for a designed fabric."""

from __future__ import annotations

from rackwright.fabric.design import FabricDesign
from rackwright.fabric.ibnet import require_infiniband
from rackwright.fabric.wiring import devices

DEFAULT_WIRE_SMPS = 4
"""Management packets that opensm keeps on the wire at once, by default."""
LARGE_WIRE_SMPS = 16
LARGE_FABRIC = 64
"""Our choice: switches from which the larger number is worth it."""


def routing_engines(design: FabricDesign) -> str:
    """Engines in the order opensm tries them: for a tree fat-tree routing, then up/down, then shortest paths."""
    return "ftree,updn,minhop" if design.tiers > 1 else "minhop"


def opensm_conf(design: FabricDesign, *, partitions: str = "/etc/opensm/partitions.conf", priority: int = 14) -> str:
    """The lines of ``opensm.conf`` that differ from opensm's defaults, each with its reason; the rest stays as shipped.

    `priority` (0 to 15) is higher on the manager that should win. No management key is written: it is a secret.
    Raises `InputError` for an Ethernet fabric.
    """
    require_infiniband(design)
    size = f"{design.nodes} nodes, {design.switches} switches, {sum(design.links.values())} links"
    lines = [
        f"# Written by rackwright: {size}, {design.tiers} tiers.",
        "# Routing that knows the tree and its fall-backs; a wrong cable makes opensm log that it is not a fat tree.",
        f"routing_engine {routing_engines(design)}",
        "# Tenants are kept apart at switch ports too, in both directions.",
        f"partition_config_file {partitions}",
        "no_partition_enforcement FALSE",
        "part_enforce both",
        "# A PKey keeps its place in a port's table, because applications name it by index.",
        "keep_pkey_indexes TRUE",
        "# Addresses survive a restart; a link that bounces does not recompute all routes.",
        "reassign_lids FALSE",
        "honor_guid2lid_file TRUE",
        "use_ucast_cache TRUE",
        "# The manager with the higher priority wins.",
        f"sm_priority {priority}",
        "# Programming many switches at once shortens the first sweep of a large fabric.",
        f"max_wire_smps {LARGE_WIRE_SMPS if design.switches > LARGE_FABRIC else DEFAULT_WIRE_SMPS}",
    ]
    return "\n".join(lines) + "\n"


def root_guids(design: FabricDesign, subnet: int = 0) -> list[int]:
    """GUIDs of the top tier, for ``root_guid_file`` where up/down routing is asked for."""
    top = "core-" if design.cores else "spine-"
    return [device.guid for device in devices(design, subnet) if device.is_switch and device.name.startswith(top)]
