"""Before a real stack is deleted: everything that keeps it is told at once, and what may go is emptied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from rackwright.diagnostics import ClusterError, StepFailed
from rackwright.pipeline.aws_client import LOCAL_REGION
from rackwright.pipeline.removal.bucket_contents import BucketContents
from rackwright.pipeline.removal.kept_things import buckets_of, protected_of, refuse_kept
from rackwright.pipeline.run import Run, exported

NOT_EMPTY = "BucketNotEmpty"


def clear_the_way(run: Run, *, empty: bool) -> None:
    """Refuse what nobody allowed, then empty the buckets that hold something. Raises `InputError` before any change.

    A rehearsal has nothing to clear: its buckets empty themselves and nothing in it is protected.
    """
    if run.is_local:
        return
    engine = run.engine(change=False)
    resources = cast("list[Mapping[str, Any]]", engine.deployment().get("resources") or [])
    data = exported(engine.outputs()).get("buckets") or {}
    contents = BucketContents(run.prepared.design.region or LOCAL_REGION, run.endpoint)
    names = data.values() if isinstance(data, Mapping) else ()
    full = [one for one in buckets_of(resources, set(names)) if contents.has_any(one.name)]
    refuse_kept(protected_of(resources), full, allowed=run.allow_replace, empty=empty)
    for bucket in full:
        run.watch.note(f"emptying bucket {bucket.name}")
        contents.empty(bucket.name, run.watch.note)


def explained(problem: ClusterError, stack: str) -> ClusterError:
    """`problem`, with a way out where a bucket has been filled again: records are delivered hours after the fact."""
    if NOT_EMPTY not in problem.summary:
        return problem
    return StepFailed(
        problem.summary,
        where=problem.where,
        hint=f"records of the last hours have come in: ./rw destroy {stack} --empty-buckets goes on with what is left",
    )
