"""What keeps a real stack from being deleted: protected resources, and buckets that still hold something. Pure.

Everything is told at once and before anything is deleted, with the flag that allows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rackwright.diagnostics import InputError, Problem

BUCKET = "aws:s3/bucket:Bucket"


@dataclass(frozen=True, slots=True)
class StackBucket:
    """A bucket of the stack that AWS deletes only when it is empty."""

    urn: str
    name: str
    holds_data: bool
    """A storage of the spec, not a record of the cluster."""
    locked: bool
    """Its objects cannot be deleted before their time."""


def buckets_of(resources: Sequence[Mapping[str, Any]], data: Collection[str]) -> list[StackBucket]:
    """Buckets of a deployment's `resources` that do not empty themselves; `data` are the names of those with data."""
    found = []
    for one in resources:
        inputs = one.get("inputs") or {}
        if one.get("type") == BUCKET and not inputs.get("forceDestroy"):
            name, locked = str(one["id"]), bool(inputs.get("objectLockEnabled"))
            found.append(StackBucket(str(one["urn"]), name, name in data, locked))
    return found


def protected_of(resources: Sequence[Mapping[str, Any]]) -> list[str]:
    """URNs that the engine deletes only after its protection was taken away."""
    return [str(one["urn"]) for one in resources if one.get("protect")]


def refuse_kept(
    protected: Collection[str],
    full: Sequence[StackBucket],
    *,
    allowed: Collection[str],
    empty: bool,
) -> None:
    """Raise `InputError` with everything that stands in the way; `full` are the buckets that hold something.

    `allowed` are the URNs that somebody named, `empty` says that buckets may be emptied.
    """
    problems = [
        Problem(urn, "is protected: it holds data or state", f"if that is meant: --allow-replace '{urn}'")
        for urn in protected
        if urn not in allowed
    ]
    problems += [_of_bucket(one, allowed, empty) for one in full if one.locked or not _may_empty(one, allowed, empty)]
    if problems:
        raise InputError(
            f"{len(problems)} things keep this stack from being deleted; nothing was changed",
            hint="name what may go, or leave the stack as it is",
            problems=sorted(problems),
        )


def _may_empty(bucket: StackBucket, allowed: Collection[str], empty: bool) -> bool:
    return empty and (not bucket.holds_data or bucket.urn in allowed)


def _of_bucket(bucket: StackBucket, allowed: Collection[str], empty: bool) -> Problem:
    if bucket.locked:
        return Problem(
            bucket.urn,
            f"bucket {bucket.name} holds objects under a lock: nobody can delete them before their time",
            f"leave it in the account: pulumi state delete '{bucket.urn}'",
        )
    what = "data" if bucket.holds_data else "records"
    flags = [] if empty else ["--empty-buckets"]
    if bucket.holds_data and bucket.urn not in allowed:
        flags.append(f"--allow-replace '{bucket.urn}'")
    return Problem(
        bucket.urn,
        f"bucket {bucket.name} holds {what}, and AWS deletes empty buckets only",
        f"copy what must be kept, then {' '.join(flags)} deletes all objects with all their versions",
    )
