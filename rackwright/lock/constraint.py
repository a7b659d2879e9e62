"""What the solver works on: products with candidates, and constraints between them. No facts, no text files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rackwright.catalog.software import Release
from rackwright.catalog.version import Condition

Candidate = Release | None
"""A release, or None: the product is not installed."""

Domains = Mapping[str, tuple[Candidate, ...]]
"""Product -> what it may still be, best first."""


@dataclass(frozen=True, slots=True)
class Term:
    """A statement about one product."""

    product: str
    condition: Condition
    release: Release | None = None
    """If set, the statement is "the product is this very release"."""

    def holds(self, candidate: Candidate) -> bool:
        """Whether the statement is true of `candidate`."""
        if self.release is not None:
            return candidate is self.release
        return self.condition.holds(candidate.version if candidate else None)


@dataclass(frozen=True, slots=True, eq=False)
class Constraint:
    """If all of `when` hold, all of `then` must; and the products of `same` share one version where both exist."""

    id: str
    why: str
    when: tuple[Term, ...] = ()
    then: tuple[Term, ...] = ()
    same: tuple[str, str] | None = None
    demand: str | None = None
    """Name of the demand that it stands for; None for a fact of the catalog."""

    @property
    def products(self) -> frozenset[str]:
        """Products it speaks about."""
        return frozenset({term.product for term in (*self.when, *self.then)} | set(self.same or ()))

    def allows(self, chosen: Mapping[str, Candidate]) -> bool:
        """Whether a complete choice satisfies it."""
        if self.same is not None:
            versions = {release.version for name in self.same if (release := chosen[name]) is not None}
            return len(versions) < len(self.same)
        due = all(term.holds(chosen[term.product]) for term in self.when)
        return not due or all(term.holds(chosen[term.product]) for term in self.then)
