"""``rw mirror``: packages, images, charts, models and wheels of a stack in one folder, for a site without internet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from rackwright.cli.arguments import Json, Stack
from rackwright.cli.console import emit_json, out, say
from rackwright.cli.watch import Watch
from rackwright.mirror import Difference, Outcome, verify
from rackwright.mirror.sync import raise_if_different
from rackwright.pipeline.images.image_push import PushResult, push_images
from rackwright.pipeline.images.mirror import sync_stack
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.run import Run
from rackwright.pipeline.workspace import project_root

app = typer.Typer(help="Build and check the mirror of a site without internet.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option("--to", help="Folder of the mirror; default: .rw/mirror/STACK.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", help="packages, images, charts, files or wheels; may be repeated.")
]


@app.command(name="sync")
def sync_command(stack: Stack, to: Folder = None, only: Only = None, as_json: Json = False) -> None:
    """Bring what is missing. Ends and goes on at any moment; what is there is not fetched again.

    Where content comes from is said in stacks/STACK.mirror.yaml; without it apt's own sources, the images' own
    registries and pip's own index are used.
    """
    folder, outcome = sync_stack(project_root(), stack, to, only or [], lambda line: say(f"  {escape(line)}"))
    if as_json:
        emit_json({"folder": str(folder), **asdict(outcome)})
        return
    out.print(outcome_text(folder, outcome), soft_wrap=True)


@app.command(name="push")
def push_command(
    stack: Stack,
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder of a mirror that has the images; default: fetch them.")
    ] = None,
    registry: Annotated[
        str | None, typer.Option("--registry", help="Registry of a site, in place of the stack's ECR.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy the locked images by digest into the stack's ECR. Ends and goes on at any moment; nothing is sent twice.

    Credentials are those of the environment (AWS), or what docker login has stored for --registry.
    """
    prepared, workspace = open_stack(project_root(), stack)
    run = Run(prepared, workspace, Watch(yes=True, ask=""))
    done = push_images(run, source, registry, lambda line: say(f"  {escape(line)}"))
    if as_json:
        emit_json(asdict(done))
        return
    out.print(pushed_table(done))


@app.command(name="verify")
def verify_command(
    folder: Annotated[Path, typer.Argument(help="Folder of the mirror.")], as_json: Json = False
) -> None:
    """Read every file of a mirror; tell those that are missing, changed or foreign. Needs no stack and no network."""
    found = verify(folder)
    if as_json:
        emit_json([asdict(one) for one in found])
    elif found:
        out.print(difference_table(found))
    else:
        out.print(f"{folder}: every file is as its manifest says", soft_wrap=True)
    raise_if_different(found, folder)


def outcome_text(folder: Path, outcome: Outcome) -> str:
    """What a sync did, in a few lines."""
    lines = [f"{folder}: {outcome.files} files, {outcome.bytes_fetched / 1e6:.1f} MB fetched"]
    lines += [f"  not in any repository: {name} ({source})" for name, source in outcome.left_out.items()]
    return "\n".join(lines + ([f"  removed: {outcome.removed}"] if outcome.removed else []))


def pushed_table(done: PushResult) -> Table:
    """What became of each image."""
    table = Table("Image", "Repository", "State", "Blobs sent", "MB sent", title=escape(done.registry))
    for one in done.images:
        blobs = f"{one.blobs_sent} of {one.blobs}" if one.blobs else ""
        table.add_row(escape(one.reference), one.repository, one.state, blobs, f"{one.bytes_sent / 1e6:.1f}")
    return table


def difference_table(found: Sequence[Difference]) -> Table:
    """Files that are not as they should be, one row each."""
    table = Table("File", "Problem", "Detail")
    for one in found:
        table.add_row(escape(one.path), one.problem, one.detail)
    return table
