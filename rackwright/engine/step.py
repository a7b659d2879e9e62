"""Deciding: what has to happen to one resource, and in which order resources go. Pure; `executor` carries it out."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rackwright.engine.paths import covers, look_up, parse
from rackwright.engine.properties import (
    SECRET,
    PropertyChange,
    Props,
    changes,
    contains_secret,
    masked,
    same_value,
)
from rackwright.engine.state import ResourceState


class Op(StrEnum):
    """What happens to one resource."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    """A new resource takes the old one's place."""
    CREATE_REPLACEMENT = "create-replacement"
    DELETE_REPLACED = "delete-replaced"
    """The two halves of a replacement, told as events; plans and results show the `REPLACE` alone."""
    DELETE = "delete"
    FORGET = "forget"
    """Dropped from the state only: it was read, or is retained on delete."""
    READ = "read"
    IMPORT = "import"
    REFRESH = "refresh"
    """The recorded properties were brought in line with what is."""


QUIET = frozenset({Op.SAME, Op.READ})
"""Steps that change nothing."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step, as shown to people and stored in reports: nothing secret in it."""

    op: Op
    urn: str
    type: str
    name: str
    parent: str = ""
    diff: tuple[PropertyChange, ...] = ()
    recorded: bool = False
    """Kept in the state only; no provider of the local cloud can exercise this type."""
    provider: str = ""
    """URN of the provider resource that carries it out, empty for components."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """Checked inputs; unknown values are `UNKNOWN`, secret ones `SECRET`."""
    dependencies: tuple[str, ...] = ()


class DiffKind(StrEnum):
    """A provider's verdict on whether anything differs."""

    UNKNOWN = "unknown"
    NONE = "none"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Diff:
    """A provider's answer to ``Diff``."""

    kind: DiffKind = DiffKind.UNKNOWN
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False
    diffs: tuple[str, ...] = ()
    detailed: Mapping[str, tuple[str, bool, bool]] = field(default_factory=dict)
    """Path -> (``add``/``delete``/``update``, needs replacement, old value is an input)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with a resource that is recorded already."""

    op: Op
    """`SAME`, `UPDATE` or `REPLACE`."""
    diff: tuple[PropertyChange, ...] = ()
    delete_first: bool = False
    """Whether the old one goes before the new one comes."""


def decide(
    old: ResourceState,
    inputs: Props,
    answer: Diff,
    *,
    replace_on: Sequence[str] = (),
    delete_first: bool | None = None,
    provider_changed: bool = False,
) -> Decision:
    """What turns `old` into a resource with `inputs`, given the provider's `answer`.

    `replace_on` are the paths of ``replaceOnChanges``; `delete_first` is ``deleteBeforeReplace``, None if not set.
    """
    found = _described(old, inputs, answer)
    if answer.kind is DiffKind.NONE:
        found = ()
    replaces = {*answer.replaces, *(change.path for change in found if _matches(change.path, replace_on))}
    if provider_changed or replaces:
        marked = tuple(_marked(change, replaces) for change in found)
        first = answer.delete_before_replace if delete_first is None else delete_first
        return Decision(Op.REPLACE, marked, first)
    changed = bool(found) if answer.kind is DiffKind.UNKNOWN else answer.kind is DiffKind.SOME
    return Decision(Op.UPDATE if changed or old.init_errors else Op.SAME, found)


def _described(old: ResourceState, inputs: Props, answer: Diff) -> tuple[PropertyChange, ...]:
    """Changes in words: the provider's detailed diff, its changed keys, or else our own comparison of the inputs."""
    if answer.detailed:
        return tuple(_detailed(old, inputs, path, *how) for path, how in sorted(answer.detailed.items()))
    own = tuple(changes(old.inputs, inputs))
    if not answer.diffs:
        return own
    named = tuple(change for change in own if any(covers((key,), parse(change.path)[:1]) for key in answer.diffs))
    missing = [key for key in answer.diffs if not any(parse(change.path)[0] == key for change in named)]
    return named + tuple(_at(key, "update", old.outputs, inputs) for key in sorted(missing))


def _detailed(old: ResourceState, new: Props, path: str, kind: str, replaces: bool, inputs: bool) -> PropertyChange:
    change = _at(path, kind, old.inputs if inputs else old.outputs, new)
    return PropertyChange(change.path, kind, change.old, change.new, replaces)


def _at(path: str, kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> PropertyChange:
    old, new = look_up(before, parse(path)), look_up(after, parse(path))
    if contains_secret(old) or contains_secret(new):
        return PropertyChange(path, kind, SECRET, SECRET)
    return PropertyChange(path, kind, masked(old), masked(new))


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(covers(parse(pattern), parse(path)) for pattern in patterns)


def _marked(change: PropertyChange, replaces: Iterable[str]) -> PropertyChange:
    hit = change.replaces or _matches(change.path, replaces)
    return PropertyChange(change.path, change.kind, change.old, change.new, hit)


def unchanged_record(old: ResourceState, new: ResourceState) -> bool:
    """Whether recording `new` in place of `old` would change nothing that is kept."""
    names = ("urn", "id", "parent", "protect", "dependencies", "provider", "retain_on_delete", "deleted_with")
    lists = ("additional_secret_outputs", "aliases", "ignore_changes", "replace_on_changes", "init_errors", "import_id")
    if any(getattr(old, name) != getattr(new, name) for name in (*names, *lists)):
        return False
    bags = ("inputs", "outputs", "property_dependencies", "custom_timeouts")
    return all(_same_bag(getattr(old, name), getattr(new, name)) for name in bags)


def _same_bag(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return dict(old) == dict(new) and same_value(_listed(old), _listed(new))


def _listed(bag: Mapping[str, Any]) -> Props:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in bag.items()}


def in_order(steps: Sequence[PlannedStep]) -> tuple[PlannedStep, ...]:
    """`steps` so that every resource follows what it needs, ties by URN: the same for every run of one program.

    Deletions come last, in the order in which they were given.
    """
    going = [step for step in steps if step.op in _LATE]
    coming = [step for step in steps if step.op not in _LATE]
    by_urn: dict[str, list[PlannedStep]] = {}
    for step in coming:
        by_urn.setdefault(step.urn, []).append(step)
    order = sorted_by_need({urn: {need for need in _needs(group) if need in by_urn} for urn, group in by_urn.items()})
    return tuple(step for urn in order for step in by_urn[urn]) + tuple(going)


_LATE = frozenset({Op.DELETE, Op.FORGET})


def _needs(steps: Sequence[PlannedStep]) -> set[str]:
    return {urn for step in steps for urn in (step.parent, step.provider, *step.dependencies) if urn != step.urn}


def sorted_by_need(needs: Mapping[str, set[str]]) -> list[str]:
    """Keys of `needs` so that each follows all it needs; smallest first among those that are free.

    Members of a cycle, which a sound program cannot make, come last.
    """
    waiting = {key: set(on) for key, on in needs.items()}
    wanted_by: dict[str, list[str]] = {}
    for key, on in needs.items():
        for other in on:
            wanted_by.setdefault(other, []).append(key)
    free = sorted(key for key, on in waiting.items() if not on)
    order: list[str] = []
    while free:
        key = heapq.heappop(free)
        order.append(key)
        for other in wanted_by.get(key, ()):
            waiting[other].discard(key)
            if not waiting[other]:
                heapq.heappush(free, other)
    return order + sorted(waiting.keys() - set(order))
