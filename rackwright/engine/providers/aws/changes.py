"""The answer to "what differs, and does it need a replacement". Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.runtime.proto import provider_pb2

from rackwright.engine.providers.aws.comparison import changed_paths, same

_KINDS = {
    ("add", False): provider_pb2.PropertyDiff.ADD,
    ("add", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("update", False): provider_pb2.PropertyDiff.UPDATE,
    ("update", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
    ("delete", False): provider_pb2.PropertyDiff.DELETE,
    ("delete", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
}


def diff_response(
    old: Mapping[str, Any], new: Mapping[str, Any], replaces: frozenset[str], *, delete_first: bool
) -> provider_pb2.DiffResponse:
    """Every property that differs, with paths into maps; `replaces` are those that cannot be changed in place."""
    changed = sorted(key for key in {*old, *new} if not same(old.get(key), new.get(key)))
    if not changed:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
    detail = {
        path: provider_pb2.PropertyDiff(kind=_KINDS[kind, key in replaces], inputDiff=True)
        for key in changed
        for path, kind in changed_paths(old.get(key), new.get(key), key)
    }
    forcing = [key for key in changed if key in replaces]
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME,
        diffs=changed,
        replaces=forcing,
        deleteBeforeReplace=bool(forcing) and delete_first,
        detailedDiff=detail,
        hasDetailedDiff=True,
    )
