"""How errors look: summary, place, way out; the exit code comes from the error's class."""

from __future__ import annotations

import datetime as dt
import errno
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from rich.markup import escape

from rackwright.cli.console import emit_json, say
from rackwright.cli.stopping import STOP
from rackwright.diagnostics import ClusterError, InputError, Problem, StepFailed

_REFUSALS = {
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there, or have the quota raised",
    errno.EROFS: "make it writable, or work in a copy that is",
    errno.EACCES: "correct its rights, or run as the user who owns it",
    errno.EPERM: "correct its rights, or run as the user who owns it",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close programs: the machine has too many open files",
    errno.ENOMEM: "make memory free",
    errno.ENOTDIR: "a file stands where a folder is wanted: move it, or name another folder",
}
"""What this machine may refuse through no fault of the tool -> what to do about it."""


def run_guarded(command: Callable[[], None], *, as_json: bool, crash_folder: Path) -> int:
    """Run `command`; show any error in the house form and return the exit code."""
    try:
        command()
    except ClusterError as problem:
        show_error(problem, as_json=as_json)
        return problem.exit_code
    except KeyboardInterrupt:
        say(f"\n[bold]{STOP.word}[/]: what was done is recorded; run the same command again to finish")
        return STOP.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as bug:
        return _show_unexpected(bug, as_json=as_json, crash_folder=crash_folder)
    return 0


def _show_unexpected(bug: Exception, *, as_json: bool, crash_folder: Path) -> int:
    """What nobody foresaw: a refusal of this machine (exit 4), else a bug of ours (exit 1)."""
    if isinstance(bug, OSError) and bug.errno in _REFUSALS:
        show_error(refusal_of_machine(bug, crash_folder.parent), as_json=as_json)
        return StepFailed.exit_code
    problem = ClusterError(
        f"{type(bug).__name__}: {str(bug)[:500]}",
        where=_keep_traceback(crash_folder),
        hint="run it again; if it stays, report it with that file (read it first: it may name your hosts)",
    )
    show_error(problem, as_json=as_json, word="bug")
    return problem.exit_code


def refusal_of_machine(problem: OSError, likely: Path) -> StepFailed:
    """A full disk, missing rights and the like, as a person is told; in folder `likely` where the system names none."""
    where = str(problem.filename if problem.filename is not None else likely)
    hint = f"{_REFUSALS.get(problem.errno or 0, 'see the message')}; then run the same command again"
    return StepFailed(f"this machine refused: {problem.strerror or problem}", where=where, hint=hint)


def show_error(problem: ClusterError, *, as_json: bool, word: str = "error") -> None:
    """Print `problem`, with all the mistakes that it carries."""
    if as_json:
        emit_json({"error": error_data(problem)})
        return
    say(f"[bold red]{word}[/] {escape(problem.summary)}")
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


def _keep_traceback(folder: Path) -> str:
    """File with the traceback; in the system's folder for temporary files where `folder` cannot be written."""
    name = f"crash-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}.txt"
    for place in (folder, Path(tempfile.gettempdir())):
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(traceback.format_exc())
        except OSError:
            continue
        return str(place / name)
    return "no file: nothing can be written here"
