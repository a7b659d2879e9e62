"""``rw enrol``: the one-time codes of a person who may become root."""

from __future__ import annotations

import typer

from rackwright.cli.arguments import Json, Stack
from rackwright.cli.console import emit_json, out, say
from rackwright.pipeline.nodes.enrol import enrolment_of
from rackwright.pipeline.workspace import project_root


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(enrol)


def enrol(stack: Stack, person: str, as_json: Json = False) -> None:
    """Show the address that PERSON's authenticator reads. It is a secret: hand it over in person, not by mail."""
    address = enrolment_of(project_root(), stack, person)
    if as_json:
        emit_json({"person": person, "address": address})
        return
    say(f"[yellow]secret[/]: whoever reads this line can make the codes of {person}")
    out.print(address, soft_wrap=True)
