"""Processor time and peak memory of the fabric designer: design, cable map, bill. Run: python benchmarks/fabric.py."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

from rackwright.fabric import FabricDesign, FabricRequest, design_fabric
from rackwright.fabric.bill import bill_of_materials
from rackwright.fabric.cables import cable_map
from rackwright.fabric.figures import figures

SIZES = (64, 1024, 4096, 16384)
SYSTEM = "dgx-b300"


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Processor seconds of one run, and the process's peak memory in MiB until then."""
    began = time.process_time()
    work()
    return time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def steps(request: FabricRequest, design: FabricDesign) -> dict[str, Callable[[], object]]:
    return {
        "design": lambda: figures(design_fabric(request)),
        "cable map": lambda: sum(1 for _ in cable_map(design)),
        "bill": lambda: bill_of_materials(design),
    }


def main() -> None:
    design_fabric(FabricRequest(nodes=1, system=SYSTEM))  # reads the catalog
    print(f"{'nodes':>6}  {'links':>8}  {'step':<10} {'CPU s':>8}  {'peak MiB':>8}")
    for nodes in SIZES:
        request = FabricRequest(nodes=nodes, system=SYSTEM)
        design = design_fabric(request)
        for name, work in steps(request, design).items():
            took, peak = measured(work)
            print(f"{nodes:>6}  {sum(design.links.values()):>8}  {name:<10} {took:>8.4f}  {peak:>8.1f}")


if __name__ == "__main__":
    main()
