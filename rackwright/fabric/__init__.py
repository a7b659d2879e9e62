"""GPU fabrics: EFA layouts and InfiniBand trees, cabling and partitions; pure.

Main type: `FabricDesign`, made by `design_fabric` from a `FabricRequest`. It holds figures only; cables, racks,
pictures and configuration files are computed from it when asked for. Only `rackwright.fabric.subnet` starts programs.
"""

from rackwright.fabric.design import FabricDesign, design_fabric
from rackwright.fabric.request import FabricRequest

__all__ = ["FabricDesign", "FabricRequest", "design_fabric"]
