"""What changes between two locks, for ``./rw lock --upgrade``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rackwright.catalog.version import version_order
from rackwright.lock.model import Lock

Section = Literal["os", "software", "package", "image", "module", "archive"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs."""

    section: Section
    name: str
    before: str | None
    """None: it was not there."""
    after: str | None
    """None: it is gone."""

    @property
    def kind(self) -> Literal["added", "removed", "upgraded", "downgraded", "changed"]:
        """What happens to it; digests and the operating system are neither newer nor older."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        if self.section in {"image", "os"} or version_order(self.before) == version_order(self.after):
            return "changed"
        return "upgraded" if version_order(self.after) > version_order(self.before) else "downgraded"


def difference(old: Lock, new: Lock) -> tuple[Change, ...]:
    """Everything that differs from `old` to `new`, section by section and by name; empty when nothing does."""
    return tuple(
        Change(section, name, before.get(name), after.get(name))
        for (section, before), (_, after) in zip(_sections(old), _sections(new), strict=True)
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def _sections(lock: Lock) -> Iterator[tuple[Section, Mapping[str, str]]]:
    yield "os", {"os": f"{lock.os.distribution} {lock.os.release}"}
    yield "software", lock.software
    yield "package", {name: package.version for name, package in lock.packages.items()}
    yield "image", {name: image.digest for name, image in lock.images.items()}
    yield "module", lock.modules
    yield "archive", {name: archive.version for name, archive in lock.archives.items()}
