"""Rows of ``benchmarks/hosts.py``: what was measured, what fits say of more hosts, and the targets."""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import FrameType

from rackwright.configure import ConfigureEvent, ConfigureResult

DEFAULTS = " with Ansible's defaults"
TARGETS = {
    "second push, 1 GPU node": 15.0,
    "pull: CPU of one more host": 0.2,
    "pull: CPU of 1,000 hosts": 240.0,
    "pull: CPU of one more played node": 0.2,
    "boot from a baked image to ready, 1 GPU node, worst": 20.0,
}
"""Seconds at most. From the project's plan."""
CLEANING_S = 180
"""How long machines may take to go away after a set of rows was cut, in seconds."""


@dataclass
class Row:
    """One measurement."""

    what: str
    wall_s: float
    cpu_s: float
    """CPU seconds of the controller."""
    hosts: int = 1
    tasks: int = 0
    """On all hosts together, as are the two that follow."""
    changed: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    """Seconds."""
    phase_tasks: dict[str, int] = field(default_factory=dict)
    """Tasks that ran, skipped ones left out."""
    slowest: dict[str, float] = field(default_factory=dict)
    """Task -> seconds, on the host where it took longest; known of a push."""
    each_s: list[float] = field(default_factory=list)
    """Wall seconds of each try, where there were several."""


class Cut(BaseException):
    """A set of rows took longer than it may."""


@dataclass
class Measure:
    """The rows so far, kept in a file as they come, and where the work is, should it be cut."""

    kept_in: Path | None
    rows: list[Row] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    where: Callable[[], str] = lambda: "the start of its machines"

    def run(self, name: str, work: Generator[Row], limit_s: float) -> None:
        """Take the rows of `work`; one that fails or lasts too long is told, and the others go on."""
        self.where = lambda: "the start of its machines"
        try:
            with _limit(limit_s), closing(work):
                for row in work:
                    self.take(row)
        except Cut:
            self._failed(f"{name}: cut after {limit_s:g} s, at {self.where()}")
        except Exception as problem:  # whatever it is, the other rows are still wanted
            self._failed(f"{name}: {type(problem).__name__}: {problem}, at {self.where()}")

    def take(self, row: Row) -> None:
        """Keep `row`, and tell it."""
        self.rows.append(row)
        say(f"{row.what}: {row.wall_s:.1f} s, CPU {row.cpu_s:.2f} s, {row.tasks} tasks, {row.changed} changed")
        self.save()

    def save(self) -> None:
        """Write everything that is known to the file."""
        if self.kept_in:
            rows = [asdict(row) for row in self.rows]
            told = {"rows": rows, "fits": fits(self.rows), "ratios": ratios(self.rows), "failures": self.failures}
            self.kept_in.write_text(json.dumps(told, indent=2) + "\n")

    def _failed(self, why: str) -> None:
        self.failures.append(why)
        say(why)
        self.save()


@dataclass
class Watch:
    """Follows a run: tasks of each phase, the longest of them, and where it is."""

    measure: Measure
    tasks: Counter[str] = field(default_factory=Counter)
    longest: dict[str, float] = field(default_factory=dict)
    _began: dict[tuple[str, str], float] = field(default_factory=dict)

    def event(self, seen: ConfigureEvent) -> None:
        """Take one event."""
        self.measure.where = lambda: f"{seen.phase} | {seen.task} on {seen.host}"
        name = f"{seen.phase}: {seen.task}"
        if seen.status == "started":
            self._began[name, seen.host] = seen.elapsed
        elif seen.status in ("ok", "changed"):
            self.tasks[seen.phase] += 1
            lasted = seen.elapsed - self._began.get((name, seen.host), seen.elapsed)
            self.longest[name] = max(lasted, self.longest.get(name, 0.0))

    def slowest(self, count: int = 12) -> dict[str, float]:
        """The tasks that took longest."""
        return dict(sorted(self.longest.items(), key=lambda item: -item[1])[:count])


def measured(what: str, hosts: int, work: Callable[[], ConfigureResult]) -> Row:
    """The row of `work`, which must not fail."""
    before, began = cpu(), time.monotonic()
    result = work()
    wall, used = time.monotonic() - began, cpu() - before
    result.raise_if_failed()
    tasks = sum(host.ok + host.skipped for host in result.hosts)
    phases = {phase.name: phase.seconds for phase in result.phases}
    return Row(what, wall, used, hosts, tasks, result.changed, phases)


def middle(tries: Sequence[Row]) -> Row:
    """The one of `tries`, which are of one thing, that took neither longest nor shortest."""
    ranked = sorted(tries, key=lambda row: row.wall_s)
    return replace(ranked[len(ranked) // 2], each_s=[row.wall_s for row in tries])


def middle_and_worst(tries: Sequence[Row]) -> list[Row]:
    """Both, each named as what it is."""
    worst = max(tries, key=lambda row: row.wall_s)
    median = middle(tries)
    return [replace(median, what=f"{median.what}, median"), replace(worst, what=f"{worst.what}, worst")]


def cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ratios(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """How many times our wall time, and our CPU time, Ansible's defaults take for the same hosts."""
    ours = {row.what: row for row in rows}
    pairs = [(row, ours.get(row.what.replace(DEFAULTS, ""))) for row in rows if DEFAULTS in row.what]
    return {
        our.what: {"wall": plain.wall_s / our.wall_s, "cpu": plain.cpu_s / our.cpu_s}
        for plain, our in pairs
        if our is not None
    }


def fits(rows: Sequence[Row]) -> dict[str, float]:
    """CPU seconds of one more host, for each way of which there are at least two counts, and of 1,000 by pull."""
    ways = {
        "first push": "first push, {} host",
        "second push": "second push, {} host",
        "pull": "pull, {} host",
        "pull, played nodes": "pull, {} played node",
    }
    found = {}
    for way, pattern in ways.items():
        points = [(row.hosts, row.cpu_s) for row in rows if row.what.rstrip("s") == pattern.format(row.hosts)]
        if len(points) > 1:
            each, fixed = line(points)
            played = way.endswith("nodes")
            found["pull: CPU of one more played node" if played else f"{way}: CPU of one more host"] = each
            if way == "pull":
                found["pull: CPU of 1,000 hosts"] = fixed + 1000 * each
    return found


def line(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Slope and intercept by least squares over (hosts, CPU seconds). Needs two different counts."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return slope, mean_y - slope * mean_x


def say(text: str) -> None:
    """Talk: figures go to the standard output."""
    sys.stderr.write(f"{text}\n")


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raise `Cut` here after `seconds`, and again if what follows on it hangs too."""

    def cut(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Cut

    old = signal.signal(signal.SIGALRM, cut)
    signal.setitimer(signal.ITIMER_REAL, seconds, CLEANING_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
