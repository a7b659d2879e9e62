"""How errors look: summary, place, way out; the exit code comes from the error's class."""

from __future__ import annotations

import datetime as dt
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from rich.markup import escape

from rackwright.cli.console import emit_json, say
from rackwright.diagnostics import ClusterError, InputError, Problem

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 + SIGINT, the shell's convention."""


def run_guarded(command: Callable[[], None], *, as_json: bool, crash_folder: Path) -> int:
    """Run `command`; show any error in the house form and return the exit code."""
    try:
        command()
    except ClusterError as problem:
        show_error(problem, as_json=as_json)
        return problem.exit_code
    except KeyboardInterrupt:
        say("\n[bold]interrupted[/]: what was done is recorded; run the same command again to finish")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as bug:
        say(f"[bold red]bug[/] {escape(type(bug).__name__)}: {escape(str(bug)[:500])}")
        say(f"  at   {escape(str(_keep_traceback(crash_folder)))}")
        say("  try  run it again; if it stays, report it with that file (read it first: it may name your hosts)")
        return 1
    return 0


def show_error(problem: ClusterError, *, as_json: bool) -> None:
    """Print `problem`, with all the mistakes that it carries."""
    if as_json:
        emit_json({"error": error_data(problem)})
        return
    say(f"[bold red]error[/] {escape(problem.summary)}")
    if problem.where:
        say(f"  at   {escape(problem.where)}")
    if problem.hint:
        say(f"  try  {escape(problem.hint)}")
    for item in problem.problems if isinstance(problem, InputError) else ():
        show_problem(item)


def show_problem(item: Problem) -> None:
    """Print one mistake of the input."""
    rule = f" [dim]{escape(item.rule)}[/]" if item.rule else ""
    say(f"[red]•[/] {escape(item.summary)}{rule}\n  at   {escape(item.where)}")
    if item.hint:
        say(f"  try  {escape(item.hint)}")


def error_data(problem: ClusterError) -> dict[str, object]:
    """`problem` for programs."""
    problems = problem.problems if isinstance(problem, InputError) else ()
    return {
        "summary": problem.summary,
        "where": problem.where,
        "hint": problem.hint,
        "exit_code": problem.exit_code,
        "problems": [problem_data(item) for item in problems],
    }


def problem_data(item: Problem) -> dict[str, object]:
    """One mistake for programs."""
    return {"where": item.where, "summary": item.summary, "hint": item.hint, "rule": item.rule}


def _keep_traceback(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"crash-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}.txt"
    path.write_text(traceback.format_exc())
    return path
