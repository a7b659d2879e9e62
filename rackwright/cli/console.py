"""Where the CLI writes: data to stdout, talk to stderr. Messages are never wrapped, so that logs can be searched."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

LOG_WIDTH = 140
"""Columns of tables in a file or a pipe, where nobody says how wide they may be."""


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else LOG_WIDTH)


out = _console(stderr=False)
err = _console(stderr=True)


def say(message: str) -> None:
    """One line for the person, on stderr."""
    err.print(message, soft_wrap=True)


def emit_json(data: Any) -> None:
    """`data` as JSON on stdout: sorted keys, two-space indent."""
    sys.stdout.write(json.dumps(data, indent=2, sort_keys=True, default=str) + "\n")


def answered_by(*, yes: bool) -> str:
    """Who answers a question before a change: ``--yes``, ``CI``, ``terminal`` or ``nobody``."""
    if yes:
        return "--yes"
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        return "CI"
    return "terminal" if sys.stdin.isatty() else "nobody"


def confirm(question: str, *, yes: bool) -> bool:
    """Ask before a change; ``--yes`` and ``CI=true`` answer. Without a terminal the answer is no, and says why."""
    who = answered_by(yes=yes)
    if who in {"--yes", "CI"}:
        return True
    if who == "nobody":
        say("not a terminal, so nobody can answer: pass --yes to go ahead")
        return False
    return err.input(escape(f"{question} [y/N] ")).strip().lower() in {"y", "yes"}
