"""Arguments and options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

from rackwright.pipeline.choices import EngineChoice, Way

StackArgument = typer.Argument(help="A stack's name (stacks/NAME.yaml), or the path of its file.")
Stack = Annotated[str, StackArgument]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="Print data for programs on stdout.")]
Engine = Annotated[
    EngineChoice, typer.Option("--engine", help="auto; embedded (the local cloud only); cli (the pulumi program).")
]
AllowReplace = Annotated[
    list[str] | None,
    typer.Option("--allow-replace", help="URN of a guarded resource that may be replaced or deleted; repeatable."),
]
Configure = Annotated[
    Way | None,
    typer.Option("--configure", help="pull: nodes configure themselves; push: over ssh. Default: pull on AWS."),
]
