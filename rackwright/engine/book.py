"""Resources in the order in which they were recorded, found by URN without a search."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.engine.state import ResourceState


class Book:
    """An ordered collection of resource states, each in a numbered slot; two may share a URN, not an identity."""

    def __init__(self) -> None:
        self._items: dict[int, ResourceState] = {}
        self._slots: dict[int, int] = {}
        self._by_urn: dict[str, dict[int, ResourceState]] = {}

    def __iter__(self) -> Iterator[ResourceState]:
        """The resources, in order."""
        return iter(self._items.values())

    def __contains__(self, resource: ResourceState) -> bool:
        """Whether this very object is here."""
        return id(resource) in self._slots

    def live(self, urn: str) -> ResourceState | None:
        """The first resource called `urn` that is not on its way out."""
        found = self._by_urn.get(urn, {})
        return next((found[slot] for slot in sorted(found) if not found[slot].delete), None)

    def add(self, slot: int, resource: ResourceState) -> None:
        """Put `resource` at the end, in `slot`, which was never used here."""
        self._items[slot] = resource
        self._slots[id(resource)] = slot
        self._by_urn.setdefault(resource.urn, {})[slot] = resource

    def drop(self, resource: ResourceState) -> int:
        """Take `resource` out; its slot."""
        slot = self._slots.pop(id(resource))
        del self._items[slot]
        self._leave(resource, slot)
        return slot

    def swap(self, old: ResourceState, new: ResourceState) -> int:
        """Put `new` where `old` stands; the slot."""
        slot = self._slots.pop(id(old))
        self._leave(old, slot)
        self._items[slot] = new
        self._slots[id(new)] = slot
        self._by_urn.setdefault(new.urn, {})[slot] = new
        return slot

    def _leave(self, resource: ResourceState, slot: int) -> None:
        same = self._by_urn[resource.urn]
        del same[slot]
        if not same:
            del self._by_urn[resource.urn]
