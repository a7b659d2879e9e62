"""The resources of one stack with the indexes that rules ask for, so that a rule costs the same in a large stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import overload

from policies.rule import Resource

CLASSIFICATION_TAG = "rackwright:classification"


class Stack(Sequence[Resource]):
    """Resources of one stack, in their order."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = tuple(resources)

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
