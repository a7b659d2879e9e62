"""``rw bake``: images that need only the last small step at boot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rackwright.cli.arguments import Json, Stack
from rackwright.cli.console import emit_json, out, say
from rackwright.cli.watch import Watch
from rackwright.cloud.baked import image_id
from rackwright.diagnostics import ClusterError
from rackwright.pipeline.images.bake import bake as make_images
from rackwright.pipeline.images.packer import write_templates
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.run import Run
from rackwright.pipeline.workspace import project_root


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(bake)


def bake(
    stack: Stack,
    pool: Annotated[list[str] | None, typer.Option("--pool", help="Bake this pool only; may be given again.")] = None,
    packer: Annotated[
        Path | None, typer.Option("--packer", help="Write Packer templates for AWS into this folder instead.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Bake machine images by the roles of each pool: a boot from one needs only the last small step."""
    prepared, workspace = open_stack(project_root(), stack)
    watch = Watch(yes=True, ask="")
    run = Run(prepared, workspace, watch)
    if packer is not None:
        for path in write_templates(run, packer, tuple(pool or ())):
            out.print(str(path), soft_wrap=True)
        say("not validated: that needs the program packer (packer init FOLDER && packer validate FILE)")
        return
    try:
        made = make_images(run, tuple(pool or ()))
        watch.close()
    except (ClusterError, KeyboardInterrupt):
        watch.broke()
        raise
    if as_json:
        emit_json({"images": [one.as_json() for one in made]})
        return
    for one in made:
        out.print(f"{one.pool}  {one.name}  ({one.changed} tasks are done in it)", soft_wrap=True)
    say("to boot from one, write its id into the stack file and bring the stack up again:")
    for one in made:
        out.print(f"pools.{one.pool}.ami: {image_id(one.name)}", soft_wrap=True)
