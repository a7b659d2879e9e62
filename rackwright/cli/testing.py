"""``rw test``: everything that CI runs, in the order in which it fails fastest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from rackwright.cli.console import err, say
from rackwright.cloud.capability import missing_packages
from rackwright.cloud.install import install_packages
from rackwright.diagnostics import StepFailed
from rackwright.fabric.subnet import missing_programs, subnet_packages
from rackwright.pipeline.workspace import project_root

FAST = "not machines and not cloud and not slow"
"""Marker expression of the tests that need neither the local cloud nor patience."""

BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")
"""A file's tests share machines and clouds, so one worker has all of them; files keep their order."""

BROWSER = ("chromium", "fonts-dejavu-core")
"""What looks at reports as a person would."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One program that has to say yes."""

    name: str
    command: tuple[str, ...]


def stages(root: Path, *, fast: bool, pytest_args: Sequence[str]) -> tuple[Stage, ...]:
    """What `rw test` runs. `fast` leaves out tests that boot machines or start the local cloud."""
    tools = Path(sys.executable).parent
    pytest = [str(tools / "pytest"), "-q", "-n", "2", *BY_FILE]
    if fast:
        pytest += ["-m", FAST]
    return (
        Stage("format", (str(tools / "ruff"), "format", "--check", "--quiet", str(root))),
        Stage("lint", (str(tools / "ruff"), "check", "--quiet", str(root))),
        Stage("types", (str(tools / "mypy"),)),
        Stage("imports", (str(tools / "lint-imports"),)),
        Stage("ansible-lint", (str(tools / "ansible-lint"), "--offline", "-q", "playbooks")),
        Stage("tests", (*pytest, *(pytest_args or ["tests"]))),
    )


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("test")(run_tests)


def run_tests(
    fast: Annotated[
        bool, typer.Option("--fast", help="Leave out tests that boot machines or start the local cloud.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Run only this stage: format, lint, types, imports, ansible-lint or tests."),
    ] = None,
    pytest_args: Annotated[list[str] | None, typer.Argument(help="Passed to pytest, after --.")] = None,
) -> None:
    """Run everything that CI runs: format, lint, types, import contracts, ansible-lint and all tests."""
    root = project_root()
    wanted = stages(root, fast=fast, pytest_args=pytest_args or [])
    unknown = set(only or ()) - {stage.name for stage in wanted}
    if unknown:
        raise typer.BadParameter(f"no such stage: {', '.join(sorted(unknown))}", param_hint="--only")
    if not fast and (not only or "tests" in only):
        _install_what_tests_need()
    results = [_run(stage, root) for stage in wanted if not only or stage.name in only]
    _show(results)
    failed = [stage.name for stage, code, _ in results if code]
    if failed:
        raise StepFailed(f"failed: {', '.join(failed)}", hint=f"repeat one with: ./rw test --only {failed[0]}")


def _install_what_tests_need() -> None:
    """Debian packages of machines, simulated subnet and browser, where we may; else their tests are skipped."""
    simulator = subnet_packages() if os.geteuid() == 0 and shutil.which("apt-get") and missing_programs() else []
    browser = BROWSER if os.geteuid() == 0 and shutil.which("apt-get") and not shutil.which("chromium") else ()
    names = (*missing_packages(), *simulator, *browser)
    if names:
        say(f"Debian packages that the tests need: {' '.join(names)}")
        install_packages(names, say)


def _run(stage: Stage, root: Path) -> tuple[Stage, int, float]:
    say(f"[bold]{stage.name}[/]")
    started = time.monotonic()
    tools = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{tools}:{os.environ.get('PATH', '')}"}
    code = subprocess.run(stage.command, cwd=root, check=False, env=environment).returncode
    return stage, code, time.monotonic() - started


def _show(results: Sequence[tuple[Stage, int, float]]) -> None:
    table = Table("Stage", "Result", "Seconds", title="rw test")
    for stage, code, seconds in results:
        table.add_row(stage.name, "[green]passed[/]" if code == 0 else "[red]failed[/]", f"{seconds:.1f}")
    err.print(table)
