"""The command tree. Each command lives in the module of its group; this file only puts them together."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from rackwright import __version__
from rackwright.cli import (
    anonymise,
    audit,
    bake,
    catalog,
    cloud,
    cluster,
    docs,
    drift,
    enrol,
    evidence,
    fabric,
    lock,
    mirror,
    model,
    testing,
    tools,
    upgrade,
)
from rackwright.cli.console import out
from rackwright.cli.errors import INTERRUPTED, run_guarded
from rackwright.diagnostics import InputError
from rackwright.pipeline.workspace import project_root

app = typer.Typer(
    name="rw",
    help="GPU clusters from one typed spec: provisioned, configured and proven.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cluster.add_to(app)
upgrade.add_to(app)
bake.add_to(app)
audit.add_to(app)
docs.add_to(app)
enrol.add_to(app)
drift.add_to(app)
lock.add_to(app)
model.add_to(app)
anonymise.add_to(app)
testing.add_to(app)
app.add_typer(catalog.app, name="catalog")
app.add_typer(cloud.app, name="cloud")
app.add_typer(evidence.app, name="evidence")
app.add_typer(fabric.app, name="fabric")
app.add_typer(mirror.app, name="mirror")
app.add_typer(tools.app, name="tools")


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


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
        code = app(args=list(arguments), standalone_mode=False, prog_name="rw") or 0
    except typer.TyperException as problem:
        return _refuse(problem)
    except typer.Abort:
        code = INTERRUPTED
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return int(code)


def _refuse(problem: typer.TyperException) -> int:
    """Raise what is wrong with the command line. Without arguments the help was shown, and that is all."""
    said = problem.format_message().replace("Value error, ", "").strip().rstrip(".")
    if not said:
        return problem.exit_code
    command = getattr(getattr(problem, "ctx", None), "command_path", "rw")
    raise InputError(said[:1].lower() + said[1:], where=command, hint=f"./{command} --help")
