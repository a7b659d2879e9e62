"""``rw tools``: programs that Rackwright drives but does not contain."""

from __future__ import annotations

import typer

from rackwright.cli.arguments import Json
from rackwright.cli.console import emit_json, out, say
from rackwright.pipeline.program.automation import find_cli, install_cli

app = typer.Typer(help="Programs that Rackwright drives.", no_args_is_help=True)


@app.command()
def install() -> None:
    """Fetch the pulumi CLI of the SDK's version, for real clouds."""
    say("fetching the pulumi CLI")
    say(f"pulumi {install_cli()} is ready")


@app.command("list")
def list_tools(as_json: Json = False) -> None:
    """Show which tools are there."""
    cli = find_cli()
    if as_json:
        emit_json({"pulumi": str(cli) if cli else None})
    else:
        out.print(f"pulumi  {cli or 'not found; ./rw tools install fetches it'}", soft_wrap=True)
