"""Rules in one line: what a property must be, and what makes it so. For requirements that need no more than that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.reading import is_true, items, known, number
from policies.rule import Find, Remedy, Resource


def must_be_on(*paths: str, default: bool = False) -> Find:
    """Each property is true; `default` is what the provider takes when it is absent."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        for path in paths:
            if not is_true(resource.value(path, default)):
                yield f"{path} is not on"

    return find


def must_be_off(*paths: str, default: bool = False) -> Find:
    """Each property is false; `default` is what the provider takes when it is absent."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        for path in paths:
            if is_true(resource.value(path, default)):
                yield f"{path} is on"

    return find


def must_be(path: str, *allowed: str, default: Any = None) -> Find:
    """The property is one of `allowed`."""
    wanted = " or ".join(repr(value) for value in allowed)

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        value = resource.value(path, default)
        if not isinstance(value, str) or value not in allowed:
            yield f"{path} is {'unset' if value is None else repr(value)}, expected {wanted}"

    return find


def must_be_set(path: str) -> Find:
    """The property has a value, whatever it is."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        if not resource.value(path):
            yield f"{path} is not set"

    return find


def must_be_at_least(path: str, least: float, *, default: float, unlimited: float | None = None) -> Find:
    """The property is a number of at least `least`; `unlimited` is a value that means "for ever"."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        value = number(resource.value(path, default))
        if value is None or (value != unlimited and not value >= least):
            yield f"{path} is {resource.value(path, default)!r}, expected at least {least:g}"

    return find


def must_be_at_most(path: str, most: float, *, default: float | None = None) -> Find:
    """The property is a number of at most `most`; absent, it is `default`, or wrong where there is none."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        value = number(resource.value(path, default))
        if value is None or not value <= most:
            yield f"{path} is {resource.value(path, default)!r}, expected at most {most:g}"

    return find


def must_not_be_set(*paths: str) -> Find:
    """None of the properties has a value."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        for path in paths:
            if resource.value(path):
                yield f"{path} is set"

    return find


def must_hold(path: str, *wanted: str) -> Find:
    """The list property has each of `wanted`."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        found = [item for item in items(resource.value(path)) if isinstance(item, str)]
        missing = [item for item in wanted if item not in found]
        if missing:
            yield f"{path} lacks {', '.join(missing)}"

    return find


def facts_must_be(wanted: Mapping[str, Sequence[str]], *section: str) -> Find:
    """Each key of a section of facts has one of its values; a key that was not collected is unknown."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        for key, allowed in wanted.items():
            value = known(resource, *section, key)
            if str(value) not in allowed:
                yield f"{key} is {value!r}, expected {' or '.join(allowed)}"

    return find


def fact_must_be(*parts: str, value: bool, because: str) -> Find:
    """The fact at `parts` is `value`; `because` says what is wrong where it is not."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        if known(resource, *parts) is not value:
            yield because

    return find


def facts_must_be_empty(*parts: str, because: str) -> Find:
    """The list of facts at `parts` is empty; its entries are told behind `because`, the first five by name."""

    def find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
        found = [str(item) for item in items(known(resource, *parts))]
        if found:
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            yield f"{because}: {', '.join(found[:SHOWN])}{more}"

    return find


SHOWN = 5
"""Entries of a list that a message names."""


def set_to(values: Mapping[str, Any]) -> Remedy:
    """A remedy that gives each property at a dotted path its value, and leaves its neighbours as they are."""

    def remedy(resource: Resource) -> Mapping[str, Any]:
        changed: dict[str, Any] = {}
        for path, value in values.items():
            top, _, rest = path.partition(".")
            changed[top] = _with(changed.get(top, resource.props.get(top)), rest, value)
        return changed

    return remedy


def _with(old: Any, path: str, value: Any) -> Any:
    if not path:
        return value
    top, _, rest = path.partition(".")
    inner = old if isinstance(old, Mapping) else {}
    return {**inner, top: _with(inner.get(top), rest, value)}
