"""Why each product has the release that it has, and why it has no better one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rackwright.catalog.software import Product, Release
from rackwright.lock.constraint import Candidate, Constraint
from rackwright.lock.world import World


def reasons(
    world: World, chosen: Mapping[str, Candidate], held_to: Sequence[Constraint], notes: Mapping[str, str]
) -> dict[str, str]:
    """One sentence or more for each product that is installed."""
    return {
        name: " ".join(_sentences(world.catalog.products[name], release, chosen, held_to, notes))
        for name, release in chosen.items()
        if release is not None
    }


def _sentences(
    product: Product,
    release: Release,
    chosen: Mapping[str, Candidate],
    held_to: Sequence[Constraint],
    notes: Mapping[str, str],
) -> Iterator[str]:
    yield f"{_rank(product, release)}."
    for constraint in _objecting(product.name, None, chosen, held_to)[:1]:
        yield f"Needed: {constraint.why} ({constraint.id})."
    if better := _passed_over(product, release):
        for constraint in _objecting(product.name, better, chosen, held_to)[:1]:
            yield f"Not {better.version}: {constraint.why} ({constraint.id})."
    if release.origin.uncertain:
        yield f"Uncertain: {release.origin.uncertain}."
    if product.name in notes:
        yield f"Note: {notes[product.name]}."


def _rank(product: Product, release: Release) -> str:
    line = product.line_of(release.version)
    if line is None:
        return "The best release that fits"
    last = product.end_of_life(release)
    life = f", with fixes until {last}" if last else ""
    return f"The best release that fits, of line {line.name} ({line.kind}{life})"


def _passed_over(product: Product, release: Release) -> Release | None:
    """The best release before `release`, if there is one."""
    best = product.releases[0]
    return None if best is release else best


def _objecting(
    name: str, other: Candidate, chosen: Mapping[str, Candidate], held_to: Sequence[Constraint]
) -> list[Constraint]:
    """Constraints that would break if product `name` were `other`; demands first."""
    changed = {**chosen, name: other}
    broken = [constraint for constraint in held_to if name in constraint.products and not constraint.allows(changed)]
    return sorted(broken, key=lambda constraint: constraint.demand is None)
