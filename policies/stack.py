"""The resources of one stack with the indexes that rules ask for, so that a rule costs the same in a large stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import overload

from policies.rule import UNKNOWN, Resource

CLASSIFICATION_TAG = "rackwright:classification"


@dataclass(frozen=True, slots=True)
class Pointers:
    """Resources by what one of their properties points to."""

    by_target: Mapping[str, Sequence[Resource]]
    """URN, or plain value of the property -> resources that point there."""
    lost: Sequence[Resource]
    """Resources whose property is unknown and comes from nowhere in the stack."""

    @classmethod
    def of(cls, resources: Sequence[Resource], name: str) -> Pointers:
        """Sort `resources` by property `name`."""
        found: dict[str, list[Resource]] = {}
        lost = []
        for resource in resources:
            links = resource.property_dependencies.get(name, ())
            value = resource.props.get(name)
            targets = {*links, *((value,) if isinstance(value, str) else ())}
            for target in targets:
                found.setdefault(target, []).append(resource)
            if value is UNKNOWN and not links:
                lost.append(resource)
        return cls(found, lost)


class Stack(Sequence[Resource]):
    """Resources of one stack, in their order."""

    def __init__(self, resources: Sequence[Resource], today: date | None = None) -> None:
        self._resources = tuple(resources)
        self.today = today or datetime.now(UTC).date()
        """Day for which ends of life and ages are judged."""
        self._pointers: dict[tuple[str, str], Pointers] = {}

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[Resource]]:
        """Type token -> resources of that type."""
        found: dict[str, list[Resource]] = {}
        for resource in self._resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    @cached_property
    def classifications(self) -> frozenset[str]:
        """Classes of data that the resources are tagged with."""
        bags = (resource.props.get("tags") for resource in self._resources)
        values = (bag.get(CLASSIFICATION_TAG) for bag in bags if isinstance(bag, Mapping))
        return frozenset(value for value in values if isinstance(value, str))

    def pointers(self, kind: str, name: str) -> Pointers:
        """Where property `name` of the resources of type `kind` points to; made once."""
        found = self._pointers.get((kind, name))
        if found is None:
            found = self._pointers[kind, name] = Pointers.of(self.by_type.get(kind, ()), name)
        return found

    @overload
    def __getitem__(self, index: int) -> Resource: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Resource]: ...

    def __getitem__(self, index: int | slice) -> Resource | Sequence[Resource]:
        """Resource (or resources) at `index`."""
        return self._resources[index]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._resources)


def indexed(resources: Sequence[Resource]) -> Stack:
    """`resources` with their indexes; what already has them is returned as it is."""
    return resources if isinstance(resources, Stack) else Stack(resources)
