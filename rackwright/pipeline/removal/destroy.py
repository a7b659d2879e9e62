"""``rw destroy``: everything that the stack made goes, then the local cloud with its machines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rackwright.pipeline.local import is_cloud_gone
from rackwright.pipeline.nodes.started_nodes import stop_started
from rackwright.pipeline.program.provision import EmbeddedEngine
from rackwright.pipeline.proof.evidence import keep_evidence
from rackwright.pipeline.removal.clearing import clear_the_way, explained
from rackwright.pipeline.run import Run


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What a destroy did."""

    resources: int
    """Resources deleted."""
    cloud: bool
    """Whether a local cloud was taken down."""

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to do."""
        return not self.resources and not self.cloud


def standing(run: Run) -> int:
    """Number of resources that the stack's state holds."""
    deployment = run.engine(change=False).deployment()
    resources = deployment.get("resources", [])
    return len(resources) if isinstance(resources, list) else 0


def destroy(run: Run, *, empty_buckets: bool = False) -> Destroyed:
    """Delete the stack's resources, its machines, the local cloud and its folder.

    The cache (roots, built packages, downloads) stays. A step that fails leaves the rest recorded: run it again. On AWS
    what is protected must be named (`run.allow_replace`), and buckets that hold something go with `empty_buckets` only.
    """
    with run.workspace.only_run("destroy"):
        there = standing(run)
        if there and set_aside_if_gone(run):
            there = 0
        if there:
            clear_the_way(run, empty=empty_buckets)
            with _recorded(run, there):
                _delete_resources(run)
        with run.stage("local cloud"):
            down = run.cloud.down(on_progress=run.watch.note) if run.is_local else False
        run.engine(change=False).forget()
    shutil.rmtree(run.workspace.folder, ignore_errors=True)
    _prune(run.workspace.root / ".rw")
    return Destroyed(there, down)


@contextmanager
def _recorded(run: Run, resources: int) -> Iterator[None]:
    """Leave a record of the end of a real cluster, however it went; a rehearsal's log goes with it."""
    run.facts.outcome = f"stopped before all of {resources} resources were deleted"
    try:
        yield
        run.facts.outcome = f"{resources} resources deleted"
    finally:
        unrecorded = None if run.is_local else keep_evidence(run, "destroy")
    if unrecorded is not None:
        raise unrecorded


def set_aside_if_gone(run: Run) -> bool:
    """Set a rehearsal's record aside when the local cloud that it speaks of was removed; whether that was so."""
    engine = run.engine(change=False)
    if not run.is_local or not isinstance(engine, EmbeddedEngine) or not is_cloud_gone(run.workspace):
        return False
    if not standing(run):
        return False
    run.watch.note("the local cloud that this stack was applied to is gone; its record is kept as .bak")
    engine.backend.set_aside(engine.stack)
    return True


def _prune(folder: Path) -> None:
    """Remove `folder` where nothing but empty folders is left in it."""
    if folder.is_dir() and not any(path.is_file() for path in folder.rglob("*")):
        shutil.rmtree(folder)


def _delete_resources(run: Run) -> None:
    if run.is_local and not run.cloud.status().running:
        run.cloud.up(run.watch.note)
    with run.stage("destroy"):
        if stopped := stop_started(run.prepared.design, run.endpoint):
            run.watch.note(f"stopped {stopped} nodes that Slurm had started")
        result = run.engine(change=True).destroy(run.watch.engine, run.allow_replace)
    problem = result.error()
    if problem is not None:
        raise explained(problem, run.workspace.stack)
