"""Counts how many rows share each combination of quasi-identifiers (k-anonymity; Sweeney 2002). Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from rackwright.anonymise.mapping import Anonymity

DIGEST_BYTES = 16
"""A class is kept as a digest of this length, so that memory grows with the number of classes, not with their text."""


@dataclass(frozen=True, slots=True)
class AnonymityFound:
    """What k a file has."""

    required: int
    columns: tuple[str, ...]
    smallest: int | None
    """Rows of the smallest class; None for a file without rows."""
    classes: int
    rows_below: int
    """Rows in classes that are smaller than required."""

    @property
    def holds(self) -> bool:
        """Whether every class is large enough."""
        return self.rows_below == 0


@dataclass(slots=True)
class Classes:
    """The count so far."""

    wanted: Anonymity
    _counts: Counter[bytes] = field(default_factory=Counter)

    def add(self, row: Mapping[str, object]) -> None:
        """Count one published row; an absent value is a value."""
        digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        for column in self.wanted.columns:
            text = f"{type(row.get(column)).__name__}:{row.get(column)}".encode("utf-8", "surrogatepass")
            digest.update(len(text).to_bytes(8, "big") + text)
        self._counts[digest.digest()] += 1

    def found(self) -> AnonymityFound:
        """The result over all rows so far."""
        sizes, k = self._counts.values(), self.wanted.k
        below = sum(size for size in sizes if size < k)
        return AnonymityFound(k, self.wanted.columns, min(sizes, default=None), len(sizes), below)
