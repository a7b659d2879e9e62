"""Wall time and memory of validate + design + preflight + lock (+ fabric on a site) by number of nodes.

    .venv/bin/python -m benchmarks.model

Warm interpreter, catalog loaded, best of three; memory is the peak of what one round allocates. The targets are those
of the issue: 4,096 nodes under 0.5 s, 16,384 nodes under 2 s and 500 MB, all rules under 0.1 s, cost linear.
"""

from __future__ import annotations

import datetime as dt
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from rackwright.catalog import load_catalog
from rackwright.catalog.security import load_floors
from rackwright.catalog.software import load_software
from rackwright.design import design_cluster
from rackwright.design.wants import wants_of
from rackwright.fabric import FabricRequest, design_fabric
from rackwright.lock import resolve
from rackwright.preflight import judge
from rackwright.preflight.rules import RULES
from rackwright.spec import parse_spec

TODAY = dt.date(2026, 11, 21)
NODES = (64, 1024, 4096, 16384)
LIMIT_S = {4096: 0.5, 16384: 2.0}
LIMIT_MB = {16384: 500.0}
CLOUD = """\
name: bench
target: {{kind: aws, region: us-east-1, zone_ids: [use1-az6, use1-az4]}}
data: {{classification: internal}}
network: {{cidr: 10.0.0.0/14}}
pools:
  head: {{role: control, machine: m7i.16xlarge, nodes: 2}}
  train: {{role: gpu, machine: p5.48xlarge, nodes: {nodes}}}
storage:
  home: {{kind: efs, mount: /home}}
scheduler: {{kind: slurm}}
software: {{os: ubuntu-24.04, driver: r580-open, cuda: "13.0"}}
"""
SITE = """\
name: bench
target: {{kind: on-prem, site: fra1, country: de, racks: {{count: 20000, power: 44 kW, cooling: rear-door}}}}
data: {{classification: internal}}
network: {{cidr: 10.0.0.0/14, ntp_servers: [10.0.0.1]}}
fabric: {{kind: infiniband, switch: q3400-ra}}
pools:
  head: {{role: control, machine: control-1u, nodes: 2}}
  train: {{role: gpu, machine: dgx-b300, nodes: {nodes}}}
storage:
  home: {{kind: nfs, mount: /home, server: 192.168.1.5, export: /home}}
scheduler: {{kind: slurm}}
software: {{os: ubuntu-24.04, driver: r580-open, cuda: "13.0"}}
monitoring: {{logs: loki}}
"""


@dataclass(frozen=True)
class Row:
    target: str
    nodes: int
    stages: dict[str, float]
    peak_mb: float

    @property
    def total(self) -> float:
        return sum(self.stages.values())

    @property
    def within(self) -> bool:
        fast = self.total <= LIMIT_S.get(self.nodes, float("inf"))
        return fast and self.peak_mb <= LIMIT_MB.get(self.nodes, float("inf"))


def seconds(action: Callable[[], object], rounds: int = 3) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return min(times)


def measure(target: str, text: str, nodes: int) -> Row:
    catalog, document = load_catalog(), text.format(nodes=nodes)
    spec = parse_spec(document, "bench.yaml")
    design = design_cluster(spec, catalog)
    wants = wants_of(design, spec.software, slurm=spec.slurm)
    stages = {
        "validate": seconds(lambda: parse_spec(document, "bench.yaml")),
        "design": seconds(lambda: design_cluster(spec, catalog)),
        "preflight": seconds(lambda: judge(spec, catalog, today=TODAY)),
        "lock": seconds(lambda: resolve(wants, load_software(), TODAY)),
    }
    if spec.fabric:
        request = FabricRequest(nodes=nodes, system="dgx-b300", switch="q3400-ra")
        stages["fabric"] = seconds(lambda: design_fabric(request))
    tracemalloc.start()
    judge(parse_spec(document, "bench.yaml"), catalog, today=TODAY)
    resolve(wants, load_software(), TODAY)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return Row(target, nodes, stages, peak)


def main() -> int:
    load_floors()
    measure("aws", CLOUD, 8)
    rows = [measure("aws", CLOUD, n) for n in NODES] + [measure("on-prem", SITE, n) for n in NODES]
    names = ["validate", "design", "preflight", "lock", "fabric"]
    title = f"validate + design + preflight ({len(RULES)} rules) + lock, ms"
    table = Table("target", "nodes", *names, "total", "peak MB", "within limits", title=title)
    for row in rows:
        cells = [f"{row.stages[name] * 1000:.1f}" if name in row.stages else "-" for name in names]
        limits = ("yes" if row.within else "NO") if row.nodes in LIMIT_S else "-"
        table.add_row(row.target, f"{row.nodes:,}", *cells, f"{row.total * 1000:.1f}", f"{row.peak_mb:.1f}", limits)
    Console(width=120).print(table)
    return 0 if all(row.within for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
