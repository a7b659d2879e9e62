"""Changes of a corpus stack: typed, one at a time, applied to copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from policies.rule import Resource

Place = Literal["spec", "plan", "lock", "host", "kubernetes", "account", "fabric", "pipeline"]


class Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = "*"
    """Of the resources that are changed; patterns may be used here and in `name`."""
    name: str = "*"
    set: Mapping[str, Any] = {}
    """JSON pointer -> new value; ``-`` at the end of a pointer appends to a list."""
    drop: Sequence[str] = ()
    """JSON pointers of what is taken away."""
    without: Sequence[str] = ()
    """Types of which every resource is taken away."""
    add: Mapping[str, Mapping[str, Any]] = {}
    """``type name`` -> properties of a resource that is added."""


class CorpusStack(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str
    """Base: a stack of this checkout, or a document of `bases.yaml`."""
    enters: Place
    change: Change = Change()
    expect: str = ""
    """Rule that must find it; empty for a right one."""
    also: Sequence[str] = ()
    """Further rules that see the same mistake from another side."""


def changed_tree(tree: Any, change: Change) -> Any:
    """`tree` with the values of `change` at their pointers."""
    for pointer in change.drop:
        tree = _with(tree, _parts(pointer), None, drop=True)
    for pointer, value in change.set.items():
        tree = _with(tree, _parts(pointer), value)
    return tree


def changed_resources(resources: Sequence[Resource], change: Change) -> list[Resource]:
    """`resources` with the first one that is meant changed, others taken away or added. KeyError when none is meant."""
    kept = [each for each in resources if not any(fnmatchcase(each.type, kind) for kind in change.without)]
    if change.set or change.drop:
        at = next((n for n, each in enumerate(kept) if _is_meant(each, change)), None)
        if at is None:
            raise KeyError(f"no resource {change.type} {change.name}")
        kept[at] = replace(kept[at], props=changed_tree(dict(kept[at].props), change))
    elif change.without and len(kept) == len(resources):
        raise KeyError(f"no resource of {', '.join(change.without)}")
    return [*kept, *(_added(key, props) for key, props in change.add.items())]


def _added(key: str, props: Mapping[str, Any]) -> Resource:
    kind, _, name = key.partition(" ")
    return Resource(f"urn:pulumi:corpus::rackwright::{kind}::{name}", kind, name, props)


def _is_meant(resource: Resource, change: Change) -> bool:
    return fnmatchcase(resource.type, change.type) and fnmatchcase(resource.name, change.name)


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _with(tree: Any, parts: list[str], value: Any, *, drop: bool = False) -> Any:
    head, *rest = parts
    if isinstance(tree, list):
        if head == "-":
            return [*tree, value]
        at = int(head)
        inner = [] if drop and not rest else [_with(tree[at], rest, value, drop=drop) if rest else value]
        return [*tree[:at], *inner, *tree[at + 1 :]]
    mapping = tree if isinstance(tree, Mapping) else {}
    if drop and not rest:
        return {key: item for key, item in mapping.items() if key != head}
    return {**mapping, head: _with(mapping.get(head), rest, value, drop=drop) if rest else value}
