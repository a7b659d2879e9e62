"""Wall and CPU seconds of the main commands, of the guests' boot and of each stage.

    .venv/bin/python benchmarks/backbone.py [--machines]

Without ``--machines`` only the previews are timed. With it, the local stack is brought up twice and destroyed; it must
not be up already. CPU is that of the command and its children; the machines' own work is not in it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
TARGETS_S = {"preview h100-train": 5.0, "up local (second)": 60.0, "up local (first)": 480.0, "guest boot": 10.0}


@dataclass(frozen=True)
class Timing:
    what: str
    wall_s: float
    cpu_s: float | None


def timed(what: str, *arguments: str) -> Timing:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([ROOT / "rw", *arguments], check=True, stdout=subprocess.DEVNULL, env={**os.environ, "CI": "true"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timing(what, time.monotonic() - started, cpu)


def from_report(label: str) -> list[Timing]:
    report = json.loads((ROOT / ".rw" / "stacks" / "local" / "report.json").read_text())
    rows = [Timing(f"{label}: {time_['name']}", time_["seconds"], None) for time_ in report["times"]]
    boots = [machine["boot_s"] for machine in report["machines"] if machine["boot_s"] is not None]
    resources = sum(step["op"] != "same" for step in report["plan"])
    apply_s = next((time_["seconds"] for time_ in report["times"] if time_["name"] == "apply"), None)
    if boots:
        rows.append(Timing("guest boot", max(boots), None))
    if resources and apply_s:
        rows.append(Timing(f"{label}: apply per resource", apply_s / resources, None))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", action="store_true", help="bring the local stack up twice and destroy it")
    asked = parser.parse_args()
    rows = [timed(f"preview {stack}", "preview", stack) for stack in ("local", "h100-train")]
    if asked.machines:
        for label in ("first", "second"):
            rows.append(timed(f"up local ({label})", "up", "local", "--yes"))
            rows.extend(from_report(label))
        rows.append(timed("destroy local", "destroy", "local", "--yes"))
    table = Table("What", "Wall s", "CPU s", "Target s")
    for row in rows:
        cpu = f"{row.cpu_s:.1f}" if row.cpu_s is not None else ""
        table.add_row(row.what, f"{row.wall_s:.2f}", cpu, f"{TARGETS_S[row.what]:g}" if row.what in TARGETS_S else "")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
