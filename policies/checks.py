"""Rules in one line: what a property must be. For requirements that need no more than that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from policies.reading import is_true, number
from policies.rule import Find, Resource


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
