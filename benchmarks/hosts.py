"""Configuration of real machines: by push, by pull and from a baked image; seconds, tasks, CPU of the controller.

    PYTHONPATH=. .venv/bin/python benchmarks/hosts.py [--counts 2,8,24] [--gpu-node] [--only push,pull] [--json FILE]

Needs root, like every machine of the local cloud. Without ``--gpu-node`` a light host (base system and a service) is
configured, so that many fit on two cores; all of them share these cores, so wall times grow with the count. The
controller's CPU is that of this process and its children: the machines and the emulated AWS are not in it. The slope of
a straight line over the counts is the CPU of one more host.

Rows are written to ``--json`` as they come. What hangs is cut after ``--limit`` seconds and told with the place where
it hung; its machines go away, and the other rows follow. The exit code is 1 when a row or a target is missed.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.hosts_played import played_rows
from benchmarks.hosts_rows import TARGETS, Measure, Row, fits, ratios
from benchmarks.hosts_ways import GPU_NODE, LIGHT, default_rows, label_of, pull_rows, push_rows

WAYS = ("push", "defaults", "pull", "baked", "played")


def wanted_sets(measure: Measure, asked: argparse.Namespace) -> Iterator[tuple[str, Generator[Row]]]:
    """Name and work of each set of rows: its machines start when its rows are asked for, and are gone at their end."""
    only = set(asked.only)
    hosts = [(count, LIGHT) for count in asked.counts] + ([(1, GPU_NODE)] if asked.gpu_node else [])
    for count, roles in hosts:
        bakes = "baked" in only and roles == GPU_NODE
        if "push" in only or bakes:
            yield f"push, {label_of(count, roles)}", push_rows(measure, count, roles, bake=bakes)
        if "defaults" in only and count <= asked.compared:
            yield f"Ansible's defaults, {label_of(count, roles)}", default_rows(measure, count, roles)
        if "pull" in only:
            yield f"pull, {label_of(count, roles)}", pull_rows(measure, count, roles)
    for count in asked.played if "played" in only else ():
        yield f"pull, {count} played nodes", played_rows(count)


def figures(rows: Sequence[Row]) -> Table:
    """The rows, and what the fits say, beside the targets."""
    shown = Table("What", "Wall s", "CPU s", "CPU s a host", "CPU ms a task", "Tasks", "Changed", "Target s")
    for row in rows:
        each = f"{1000 * row.cpu_s / row.tasks:.1f}" if row.tasks else ""
        counts = (f"{row.cpu_s / row.hosts:.2f}", each, str(row.tasks or ""), str(row.changed))
        shown.add_row(row.what, f"{row.wall_s:.1f}", f"{row.cpu_s:.2f}", *counts, verdict(row.what, row.wall_s))
    for what, value in fits(rows).items():
        shown.add_row(what, "", f"{value:.3f}", "", "", "", "", verdict(what, value))
    return shown


def verdict(what: str, value: float) -> str:
    """What `value` had to be at most, and whether it is; empty without a target."""
    most = TARGETS.get(what)
    return "" if most is None else f"{most:g} {'met' if value <= most else 'MISSED'}"


def missed(rows: Sequence[Row]) -> list[str]:
    """Targets that were measured and missed."""
    found = {row.what: row.wall_s for row in rows} | fits(rows)
    return [what for what, most in TARGETS.items() if found.get(what, 0.0) > most]


def compared(rows: Sequence[Row]) -> Table:
    """How much longer Ansible's defaults take."""
    shown = Table("Ansible's defaults, times ours", "Wall", "Controller's CPU")
    for what, ratio in ratios(rows).items():
        shown.add_row(what, f"{ratio['wall']:.2f}", f"{ratio['cpu']:.2f}")
    return shown


def phases(rows: Sequence[Row]) -> Table:
    """Seconds of each phase, and how many tasks ran in it."""
    names = list(dict.fromkeys(phase for row in rows for phase in row.phases))
    shown = Table("Phase", *(row.what for row in rows))
    for phase in names:
        cells = [f"{row.phases.get(phase, 0):.1f} s, {row.phase_tasks.get(phase, 0)} tasks" for row in rows]
        shown.add_row(phase, *cells)
    return shown


def slowest(row: Row) -> Table:
    """The tasks that took longest."""
    shown = Table(f"Longest tasks of the {row.what}", "Seconds")
    for task, seconds in row.slowest.items():
        shown.add_row(task, f"{seconds:.1f}")
    return shown


def tell(measure: Measure) -> None:
    """Print everything."""
    console = Console(width=180)
    rows = measure.rows
    console.print(figures(rows))
    if ratios(rows):
        console.print(compared(rows))
    if nodes := [row for row in rows if "GPU node" in row.what and row.phases]:
        console.print(phases(nodes))
    for row in nodes:
        if row.what.startswith("first push"):
            console.print(slowest(row))
    for row in (one for one in rows if one.each_s):
        console.print(f"{row.what}: of {', '.join(f'{each:.1f}' for each in row.each_s)} s")
    for failure in measure.failures:
        console.print(failure)


def numbers(text: str) -> list[int]:
    """``2,8,24`` as numbers."""
    return [int(one) for one in text.split(",") if one]


def ways(text: str) -> list[str]:
    """``push,pull`` as ways; refuses what is none."""
    named = [one for one in text.split(",") if one]
    if unknown := set(named) - set(WAYS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: no such way, known are {', '.join(WAYS)}")
    return named


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=numbers, default=[2, 8, 24], help="how many machines, one after the other")
    parser.add_argument("--gpu-node", action="store_true", help="also one GPU node with everything that belongs on it")
    parser.add_argument("--only", type=ways, default=list(WAYS), help=f"of {', '.join(WAYS)}; all of them by default")
    parser.add_argument("--compared", type=int, default=8, help="Ansible's defaults are tried with so many at most")
    parser.add_argument("--played", type=numbers, default=[], help="pull with so many played nodes (no machines)")
    parser.add_argument("--limit", type=float, default=900, help="seconds that one set of rows may take")
    parser.add_argument("--json", type=Path, help="write the figures here too, as they come")
    return parser.parse_args()


def main() -> int:
    """Run what is asked for."""
    asked = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # machines go away then too
    measure = Measure(asked.json)
    try:
        for name, work in wanted_sets(measure, asked):
            measure.run(name, work, asked.limit)
    finally:
        tell(measure)
    return 1 if measure.failures or missed(measure.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
