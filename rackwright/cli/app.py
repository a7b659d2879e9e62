"""Runs one command line and says how it ended. Each command lives in the module of its group (`tree`)."""

from __future__ import annotations

import os
from collections.abc import Sequence

import typer

from rackwright.cli.errors import run_guarded
from rackwright.cli.tree import tree
from rackwright.diagnostics import InputError
from rackwright.pipeline.workspace import project_root

TYPER_INTERRUPTED = 130
"""What Typer returns after a `KeyboardInterrupt`, whatever the signal was."""

COMPLETION = "_RW_COMPLETE"
"""Variable by which a shell asks for completions."""


def main(arguments: Sequence[str]) -> int:
    """Run the CLI with `arguments` (without the program's name) and return the exit code."""
    code = 0

    def command() -> None:
        nonlocal code
        code = _carry_out(arguments)

    own = list(arguments)[: list(arguments).index("--")] if "--" in arguments else arguments
    guarded = run_guarded(command, as_json="--json" in own, crash_folder=project_root() / ".rw" / "crashes")
    return guarded or code


def _carry_out(arguments: Sequence[str]) -> int:
    """The command's exit code. Typer swallows Ctrl-C and has its own words for wrong flags; ours replace both."""
    try:
        code = _tree(arguments)(args=list(arguments), standalone_mode=False, prog_name="rw") or 0
    except typer.TyperException as problem:
        return _refuse(problem)
    except typer.Abort:
        code = TYPER_INTERRUPTED
    if code == TYPER_INTERRUPTED:
        raise KeyboardInterrupt
    return int(code)


def _tree(arguments: Sequence[str]) -> typer.Typer:
    """What the command line needs; a shell that asks for completions gets everything."""
    return tree(None if COMPLETION in os.environ else arguments)


def _refuse(problem: typer.TyperException) -> int:
    """Raise what is wrong with the command line. Without arguments the help was shown, and that is all."""
    said = problem.format_message().replace("Value error, ", "").strip().rstrip(".")
    if not said:
        return problem.exit_code
    command = getattr(getattr(problem, "ctx", None), "command_path", "rw")
    raise InputError(said[:1].lower() + said[1:], where=command, hint=f"./{command} --help")
