"""The resolver against brute force on small catalogs."""

from collections.abc import Mapping, Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from rackwright.catalog.software import Product, Rule
from rackwright.lock.conflict import minimal_conflict
from rackwright.lock.constraint import Candidate
from rackwright.lock.resolve import choose, contradiction
from rackwright.lock.wants import Demand
from rackwright.lock.world import constraints
from tests.unit.lock.worlds import brute_force, build, catalogs, demand_lists, world_of

Parts = tuple[list[Product], list[Rule]]


def as_versions(chosen: Mapping[str, Candidate] | None) -> dict[str, str | None] | None:
    return None if chosen is None else {name: c.version if c else None for name, c in chosen.items()}


@given(catalogs(), demand_lists())
def test_every_answer_satisfies_every_constraint(parts: Parts, asked: list[Demand]) -> None:
    world = world_of(build(parts))
    chosen = choose(world, asked)
    assume(chosen is not None)
    assert all(constraint.allows(chosen) for constraint in constraints(world, asked))


@given(catalogs(), demand_lists())
def test_the_answer_is_the_best_one_that_brute_force_finds(parts: Parts, asked: list[Demand]) -> None:
    world = world_of(build(parts))
    assert as_versions(choose(world, asked)) == as_versions(brute_force(world, asked))


@given(catalogs(), demand_lists(), st.randoms(use_true_random=False))
def test_the_order_of_the_catalog_and_of_the_demands_does_not_matter(parts: Parts, asked: list[Demand], random) -> None:
    turned_releases = [shuffled(product.releases, random) for product in parts[0]]
    products = [p.model_copy(update={"releases": tuple(r)}) for p, r in zip(parts[0], turned_releases, strict=True)]
    turned = world_of(build((shuffled(products, random), shuffled(parts[1], random))))
    assert as_versions(choose(turned, shuffled(asked, random))) == as_versions(choose(world_of(build(parts)), asked))


@given(catalogs(), demand_lists())
def test_a_contradiction_is_one_and_without_any_member_it_is_none(parts: Parts, asked: list[Demand]) -> None:
    world = world_of(build(parts))
    assume(brute_force(world, asked) is None and brute_force(world, ()) is not None)
    culprits = minimal_conflict(asked, lambda some: choose(world, some) is not None)
    assert brute_force(world, culprits) is None
    for one in culprits:
        assert brute_force(world, [other for other in culprits if other is not one]) is not None, one.name


@given(catalogs(), demand_lists())
def test_the_message_names_each_want_at_odds_once(parts: Parts, asked: list[Demand]) -> None:
    world = world_of(build(parts))
    assume(brute_force(world, asked) is None and brute_force(world, ()) is not None)
    error = contradiction(world, asked)
    names = [problem.where for problem in error.problems]
    assert len(set(names)) == len(names) > 0
    assert all(name in (error.hint or "") for name in names)


@given(st.sets(st.integers(0, 9), min_size=1), st.lists(st.sets(st.integers(0, 9), min_size=1, max_size=3), max_size=4))
def test_a_minimal_conflict_is_minimal_whatever_is_impossible(items: set[int], forbidden: list[set[int]]) -> None:
    def possible(some: Sequence[int]) -> bool:
        return not any(group <= set(some) for group in forbidden)

    found = minimal_conflict(sorted(items), possible)
    assert possible(sorted(items)) == (found == ())
    if found:
        assert not possible(found)
        assert all(possible([x for x in found if x != one]) for one in found)


def shuffled(items, random):
    turned = list(items)
    random.shuffle(turned)
    return turned
