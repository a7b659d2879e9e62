"""Resources from a recorded state: Pulumi's deployment, exported or as the checkpoint holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.rule import Resource, type_of_urn
from policies.sources.wire import plain


def resources_of_state(state: Mapping[str, Any]) -> list[Resource]:
    """Resources of a deployment (version 3), an export of one, or a checkpoint; encrypted secrets stay closed.

    What waits for its deletion is left out. Outputs stand over inputs, and `id` is a property like any other.
    """
    return [_resource(entry) for entry in _entries(state) if not entry.get("delete")]


def _entries(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    for key in ("deployment", "checkpoint", "latest"):
        if isinstance(state.get(key), Mapping):
            return _entries(state[key])
    return list(state.get("resources") or ())


def _resource(entry: Mapping[str, Any]) -> Resource:
    urn = str(entry["urn"])
    raw = {**(entry.get("inputs") or {}), **(entry.get("outputs") or {})}
    props = {key: plain(value) for key, value in raw.items()}
    if entry.get("id"):
        props["id"] = entry["id"]
    links = {key: tuple(urns or ()) for key, urns in (entry.get("propertyDependencies") or {}).items()}
    return Resource(urn, str(entry.get("type") or type_of_urn(urn)), urn.rpartition("::")[2], props, links)
