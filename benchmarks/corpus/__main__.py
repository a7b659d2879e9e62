"""``python -m benchmarks.corpus [--list]``: judges every corpus stack, prints the score; exit code 1 if not clean."""

from __future__ import annotations

import sys
import time
from collections import Counter

from rich.console import Console
from rich.table import Table

from benchmarks.corpus.score import Verdict, judged, read_corpus


def main() -> int:
    began = time.perf_counter()
    wrong = [judged(stack) for stack in read_corpus("wrong")]
    right = [judged(stack) for stack in read_corpus("right")]
    out = Console(soft_wrap=True)
    if "--list" in sys.argv:
        for number, verdict in enumerate([*wrong, *right], 1):
            out.print(_line(number, verdict), markup=False, highlight=False)
    out.print(_table(wrong, right))
    bad = [verdict for verdict in (*wrong, *right) if verdict.missed or verdict.alarms]
    for verdict in bad:
        out.print(_line(0, verdict), style="red", markup=False)
    out.print(_score(wrong, right, time.perf_counter() - began), highlight=False)
    return 1 if bad else 0


def _table(wrong: list[Verdict], right: list[Verdict]) -> Table:
    table = Table("change enters", "wrong", "found", "right", "clean", title="Corpus")
    places = sorted({verdict.stack.enters for verdict in (*wrong, *right)})
    totals = [Counter(v.stack.enters for v in rows) for rows in (wrong, right)]
    found = Counter(v.stack.enters for v in wrong if not v.missed)
    clean = Counter(v.stack.enters for v in right if not v.alarms)
    for place in places:
        table.add_row(place, *(str(each[place]) for each in (totals[0], found, totals[1], clean)))
    return table


def _score(wrong: list[Verdict], right: list[Verdict], elapsed_s: float) -> str:
    missed = sum(verdict.missed for verdict in wrong)
    unexpected = sum(bool(verdict.alarms) for verdict in wrong)
    alarms = sum(bool(verdict.alarms) for verdict in right)
    rules = len({verdict.stack.expect for verdict in wrong})
    return (
        f"{len(wrong)} wrong stacks ({rules} different rules): {missed} missed, {unexpected} with a further finding "
        f"that nobody expected; {len(right)} right stacks: {alarms} with a false alarm; {elapsed_s:.1f} s"
    )


def _line(number: int, verdict: Verdict) -> str:
    stack = verdict.stack
    state = (
        "missed" if verdict.missed else ("unexpected " + ", ".join(sorted(verdict.alarms)) if verdict.alarms else "ok")
    )
    return f"{number:4d} {state:7s} {stack.enters:10s} {stack.of:16s} {stack.expect or 'right':12s} {stack.change.set}"


if __name__ == "__main__":
    sys.exit(main())
