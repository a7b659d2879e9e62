"""How the online verdicts of ``rw check --online`` look, and the exit code that they give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from rich.markup import escape

from rackwright.cli.console import say
from rackwright.diagnostics import CapacityError, InputError
from rackwright.preflight.online import Answer, OnlineVerdict
from rackwright.spec.places import Path

_COLOURS = {Answer.PASSED: "green", Answer.FAILED: "red", Answer.NOT_CHECKED: "yellow"}

Where = Callable[[Path], str]
"""Place of a part of the spec, as a person can open it."""


def show_online(verdicts: Sequence[OnlineVerdict], where: Where) -> None:
    """Print every online verdict, those that passed too: silence would look like "not checked"."""
    for verdict in verdicts:
        colour = _COLOURS[verdict.answer]
        say(f"[{colour}]{verdict.answer}[/] {escape(verdict.summary)} [dim]{verdict.check}[/]")
        if verdict.answer is not Answer.PASSED:
            say(f"  at   {escape(where(verdict.path))}")
        if verdict.hint:
            say(f"  try  {escape(verdict.hint)}")
    if verdicts:
        counts = Counter(verdict.answer for verdict in verdicts)
        say("online: " + ", ".join(f"{counts[answer]} {answer}" for answer in Answer))


def online_data(verdicts: Sequence[OnlineVerdict], where: Where) -> list[dict[str, object]]:
    """The verdicts for programs."""
    return [
        {
            "check": verdict.check,
            "answer": verdict.answer.value,
            "where": where(verdict.path),
            "summary": verdict.summary,
            "hint": verdict.hint or None,
            "capacity": verdict.capacity,
        }
        for verdict in verdicts
    ]


def online_exit_code(verdicts: Sequence[OnlineVerdict]) -> int:
    """2 where the spec asks for what cannot be, 3 where the provider only has too little, 0 when nothing failed."""
    failed = [verdict for verdict in verdicts if verdict.answer is Answer.FAILED]
    if not failed:
        return 0
    return CapacityError.exit_code if all(verdict.capacity for verdict in failed) else InputError.exit_code
