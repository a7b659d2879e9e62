"""Ways to find things: pieces of which the table of types is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rackwright.engine.providers.aws.listing.reading import ReadOnlyCloud
from rackwright.engine.providers.aws.shapes import Props


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that exists."""

    id: str
    """As the provider's state holds it."""
    known: Props = field(default_factory=dict)
    """Properties that reading it needs."""
    made_by: str | None = None
    """Id of what AWS made it for; None where somebody made it."""


Lister = Callable[[ReadOnlyCloud, Mapping[str, Sequence[Found]]], Iterable[Found]]
"""Finds the things of one type, given those of the types before it."""


def listed(service: str, operation: str, items: str, **params: Any) -> Lister:
    """`items` (JMESPath) of `operation` are the ids."""
    return lambda cloud, _: [Found(str(id_)) for id_ in cloud.listed(service, operation, items, **params)]


def remembered(service: str, operation: str, items: str, key: str, **params: Any) -> Lister:
    """`items` of `operation` are whole descriptions with their id in member `key`, and are not asked for again."""

    def find(cloud: ReadOnlyCloud, _: Mapping[str, Sequence[Found]]) -> list[Found]:
        found = cloud.listed(service, operation, items, **params)
        cloud.remember(service, operation, items, key, found)
        return [Found(str(item[key])) for item in found]

    return find


def under(parent: str, service: str, operation: str, parameter: str, items: str, form: str = "{item}") -> Lister:
    """`operation`, asked for each thing of type `parent`; `form` makes an id of ``{parent}`` and ``{item}``."""

    def find(cloud: ReadOnlyCloud, before: Mapping[str, Sequence[Found]]) -> list[Found]:
        return [
            Found(form.format(parent=each.id, item=item))
            for each in before.get(parent, ())
            for item in cloud.listed(service, operation, items, **{parameter: each.id})
        ]

    return find


def setting_of(parent: str) -> Lister:
    """A setting that each thing of type `parent` may have, under the same id."""
    return lambda _, before: [Found(each.id) for each in before.get(parent, ())]


def single(id_: Callable[[ReadOnlyCloud], str]) -> Lister:
    """There is one in each region."""
    return lambda cloud, _: [Found(id_(cloud))]
