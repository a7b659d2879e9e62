"""Choosing one candidate per product so that every constraint holds; the best such choice, always the same one.

Depth-first search in the order of the products, best candidate first, so that the answer is the lexicographically best:
no product could have a better candidate without an earlier one having a worse. After each choice the constraints
narrow the other products (unit propagation), so that dead ends show early.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rackwright.lock.constraint import Candidate, Constraint, Domains, Term

Choice = Mapping[str, Candidate]


def solve(domains: Domains, constraints: Sequence[Constraint]) -> Choice | None:
    """Best choice of one candidate for each product of `domains` (in its order); None when there is none."""
    by_product = {name: [c for c in constraints if name in c.products] for name in domains}
    start = _narrow(dict(domains), constraints, by_product)
    return None if start is None else _search(start, list(domains), by_product)


def _search(
    domains: dict[str, tuple[Candidate, ...]], order: Sequence[str], by_product: Mapping[str, Sequence[Constraint]]
) -> Choice | None:
    open_ones = [name for name in order if len(domains[name]) > 1]
    if not open_ones:
        return {name: domains[name][0] for name in order}
    name = open_ones[0]
    for candidate in domains[name]:
        narrowed = _narrow(domains | {name: (candidate,)}, by_product[name], by_product)
        found = None if narrowed is None else _search(narrowed, order, by_product)
        if found is not None:
            return found
    return None


def _narrow(
    domains: dict[str, tuple[Candidate, ...]],
    touched: Iterable[Constraint],
    by_product: Mapping[str, Sequence[Constraint]],
) -> dict[str, tuple[Candidate, ...]] | None:
    """`domains` without candidates that no longer fit; None when a product has none left."""
    queue = dict.fromkeys(touched)
    while queue:
        constraint = next(iter(queue))
        del queue[constraint]
        for name, kept in _narrowings(constraint, domains):
            if not kept:
                return None
            if len(kept) < len(domains[name]):
                domains[name] = kept
                queue.update(dict.fromkeys(by_product[name]))
    return domains


def _narrowings(constraint: Constraint, domains: Domains) -> Iterable[tuple[str, tuple[Candidate, ...]]]:
    if constraint.same is not None:
        one, other = constraint.same
        return [(one, _matching(domains[one], domains[other])), (other, _matching(domains[other], domains[one]))]
    unsure = [term for term in constraint.when if not _sure(term, domains)]
    if not unsure:
        return [(term.product, _where(term, domains)) for term in constraint.then]
    if len(unsure) == 1 and any(not _where(term, domains) for term in constraint.then):
        term = unsure[0]
        return [(term.product, tuple(c for c in domains[term.product] if not term.holds(c)))]
    return []


def _sure(term: Term, domains: Domains) -> bool:
    return all(term.holds(candidate) for candidate in domains[term.product])


def _where(term: Term, domains: Domains) -> tuple[Candidate, ...]:
    return tuple(candidate for candidate in domains[term.product] if term.holds(candidate))


def _matching(mine: tuple[Candidate, ...], theirs: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """`mine` without versions that the other product, if it is surely installed, cannot have."""
    if None in theirs:
        return mine
    versions = {candidate.version for candidate in theirs if candidate is not None}
    return tuple(candidate for candidate in mine if candidate is None or candidate.version in versions)
