"""What the embedded engine costs, apart from the SDK and from a cloud: resources in memory, only the disk waits.

    .venv/bin/python benchmarks/engine.py [SIZES…]

"SDK" is the same program against monitors that answer at once, so the difference to "preview" is the engine's own.
Memory is the peak of this process so far.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import resource_pb2
from rich.console import Console
from rich.table import Table

from rackwright.engine import FileBackend, Options, StackRef, destroy, preview, refresh, up
from rackwright.engine.monitor import FEATURES
from rackwright.engine.program import Program
from rackwright.engine.providers.memory import MemoryCloud, MemoryProvider
from rackwright.engine.urn import urn_for

STACK = StackRef("bench", "bench")
SIZES = (50, 500, 2000)


class Thing(pulumi.CustomResource):
    computed: pulumi.Output[str]

    def __init__(self, name: str, size: int, after: pulumi.Input[str]) -> None:
        tags = {"Name": name, "Owner": "benchmark", "Text": "x" * 60}
        super().__init__("mem:index:Thing", name, {"size": size, "after": after, "tags": tags, "computed": None})


def program(count: int) -> None:
    """Chains of ten, so that there is both width and depth."""
    last: pulumi.Input[str] = ""
    for index in range(count):
        last = Thing(f"thing-{index}", index, last if index % 10 else "").computed


class Echo:
    """A monitor that takes everything and gives it back."""

    def __getattr__(self, name: str) -> Callable[[Any], object]:
        if name == "GetDeploymentInfo":
            return lambda _: resource_pb2.DeploymentInfo(supportedFeatures=FEATURES)
        if name == "RegisterResource":
            return lambda request: resource_pb2.RegisterResourceResponse(
                urn=urn_for(STACK, request.parent, request.type, request.name), id="id", object=request.object
            )
        return lambda _: Empty()


@dataclass(frozen=True)
class Row:
    what: str
    count: int
    wall_s: float
    cpu_s: float
    calls: int


def timed(what: str, count: int, cloud: MemoryCloud, work: Callable[[], object]) -> Row:
    calls, wall, cpu = len(cloud.calls), time.monotonic(), time.process_time()
    work()
    return Row(what, count, time.monotonic() - wall, time.process_time() - cpu, len(cloud.calls) - calls)


def measure(count: int) -> list[Row]:
    cloud = MemoryCloud()
    with tempfile.TemporaryDirectory() as folder:
        options = Options(
            stack=STACK,
            program=lambda: program(count),
            backend=FileBackend(Path(folder), "benchmark"),
            providers={"mem": lambda: MemoryProvider(cloud)},
        )
        bare = Program(options.program, STACK, {}, frozenset(), preview=False, parallel=options.parallel)
        return [
            timed("SDK", count, cloud, lambda: bare.run(Echo(), Echo())),
            timed("preview", count, cloud, lambda: preview(options)),
            timed("up", count, cloud, lambda: up(options)),
            timed("up, no change", count, cloud, lambda: up(options)),
            timed("refresh", count, cloud, lambda: refresh(options)),
            timed("destroy", count, cloud, lambda: destroy(options)),
        ]


def main() -> int:
    table = Table("resources", "what", "wall s", "CPU s", "CPU ms/resource", "changing calls")
    for count in tuple(map(int, sys.argv[1:])) or SIZES:
        for row in measure(count):
            each = f"{row.cpu_s / count * 1000:.2f}"
            table.add_row(str(count), row.what, f"{row.wall_s:.2f}", f"{row.cpu_s:.2f}", each, str(row.calls))
    Console().print(table)
    Console().print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
