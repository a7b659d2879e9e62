"""The mirror of a stack: what its lock and its hosts need, brought into one folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rackwright.configure.host.mounts import packages
from rackwright.configure.host.tools import tools_of
from rackwright.diagnostics import InputError
from rackwright.mirror import Outcome, load_settings, sync
from rackwright.mirror.settings import settings_path
from rackwright.mirror.sync import PARTS
from rackwright.pipeline.open import open_stack


def default_folder(root: Path, stack: str) -> Path:
    """Where a stack's mirror lies unless somebody says otherwise: ``.rw/mirror/<stack>``."""
    return root / ".rw" / "mirror" / stack


def sync_stack(
    root: Path, name: str, folder: Path | None, parts: Sequence[str], on_progress: Callable[[str], None]
) -> tuple[Path, Outcome]:
    """Bring the mirror of the stack `name` up to date; its folder and what was done."""
    prepared, workspace = open_stack(root, name)
    if prepared.lock is None:
        raise InputError(f"stack {workspace.stack!r} has no lock", hint=f"./rw lock {workspace.stack}")
    roles = {role for pool in prepared.design.pools for role in pool.ansible_roles}
    target = folder or default_folder(root, workspace.stack)
    with workspace.only_run("mirror sync"):
        outcome = sync(
            target,
            workspace.stack,
            prepared.lock,
            load_settings(settings_path(prepared.path)),
            tools=tools_of(roles, prepared.lock, packages(prepared.design)),
            requirements=root / "requirements.lock",
            state=workspace.folder / "mirror",
            on_progress=on_progress,
            parts=parts or PARTS,
        )
    return target, outcome
