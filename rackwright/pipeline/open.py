"""Opens a stack for a command: checks it and finds its folder."""

from __future__ import annotations

from pathlib import Path

from rackwright.pipeline.clock import today
from rackwright.pipeline.prepare import Prepared, prepare
from rackwright.pipeline.workspace import Workspace


def open_stack(root: Path, name_or_path: str) -> tuple[Prepared, Workspace]:
    """The checked stack and its workspace; raises `InputError` with every mistake."""
    prepared = prepare(root, name_or_path, today())
    return prepared, Workspace(root, prepared.stack)
