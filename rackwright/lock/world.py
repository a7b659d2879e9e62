"""From a catalog and demands to what the solver works on: candidates of each product and constraints between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rackwright.catalog.model import Gpu
from rackwright.catalog.security import SecurityFloors
from rackwright.catalog.software import FACTS, Product, Release, Rule, SoftwareCatalog
from rackwright.catalog.version import Condition
from rackwright.lock.constraint import Candidate, Constraint, Term
from rackwright.lock.wants import Demand, in_words

Facts = Mapping[str, frozenset[str]]
"""Fact -> its values; a cluster can have several GPUs and fabrics."""


@dataclass(frozen=True)
class World:
    """All that a resolution reads besides the demands. The date is given, never read from a clock."""

    catalog: SoftwareCatalog
    gpus: Mapping[str, Gpu]
    floors: SecurityFloors
    today: dt.date

    def ended(self, product: str, release: Release) -> dt.date | None:
        """The day on which `release` reached its end of life, if that is past."""
        last = self.catalog.products[product].end_of_life(release)
        return last if last is not None and last < self.today else None


def domains(world: World) -> dict[str, tuple[Candidate, ...]]:
    """Candidates of every product, best first: not installed at all, then its releases in the catalog's order."""
    return {name: (None, *product.releases) for name, product in world.catalog.products.items()}


def constraints(world: World, demands: Sequence[Demand]) -> tuple[Constraint, ...]:
    """Everything that must hold: demands, the rules that apply, what releases require, what GPUs need."""
    facts = _facts(demands)
    return (
        *_demanded(demands),
        *_applying(world.catalog.rules, facts),
        *_of_gpus(world.gpus, facts.get("gpu", frozenset())),
        *(c for product in world.catalog.products.values() for c in _required(product)),
        *_excluded(world, demands, facts),
    )


def _facts(demands: Sequence[Demand]) -> Facts:
    stated: dict[str, set[str]] = {}
    for name, value in (fact for demand in demands for fact in demand.facts):
        stated.setdefault(name, set()).add(value)
    return {name: frozenset(values) for name, values in stated.items()}


def _demanded(demands: Sequence[Demand]) -> Iterator[Constraint]:
    for demand in demands:
        if demand.terms:
            then = tuple(Term(product, condition) for product, condition in demand.terms)
            yield Constraint(demand.name, demand.text, then=then, demand=demand.name)


def _applying(rules: Sequence[Rule], facts: Facts) -> Iterator[Constraint]:
    for rule in rules:
        given = {name: value for name, value in rule.when.items() if name in FACTS}
        if all(_states(facts.get(name, frozenset()), value) for name, value in given.items()):
            when = _terms({name: text for name, text in rule.when.items() if name not in FACTS})
            yield Constraint(rule.id, rule.why, when, _terms(rule.then), rule.same)


def _states(stated: frozenset[str], value: str) -> bool:
    return bool(stated) if value == "any" else not stated.isdisjoint(value.split("|"))


def _terms(conditions: Mapping[str, str]) -> tuple[Term, ...]:
    return tuple(Term(name, Condition.parse(text)) for name, text in sorted(conditions.items()))


def _of_gpus(gpus: Mapping[str, Gpu], wanted: frozenset[str]) -> Iterator[Constraint]:
    for gpu in (gpus[name] for name in sorted(wanted)):
        driver = f">={gpu.min_branch}" + (f",<{gpu.max_branch + 1}" if gpu.max_branch else "")
        yield _gpu_needs(gpu, "driver", driver, f"{gpu.title} works with driver branches {driver}")
        if gpu.module != "either":
            yield _gpu_needs(gpu, "module", gpu.module, f"{gpu.title} works with the {gpu.module} kernel module only")
        cuda = f">={gpu.min_cuda}" + (f",<{_after(gpu.max_cuda)}" if gpu.max_cuda else "")
        yield _gpu_needs(gpu, "cuda", cuda, f"{gpu.title} works with CUDA {cuda}")


def _gpu_needs(gpu: Gpu, product: str, condition: str, why: str) -> Constraint:
    when = (Term(product, Condition.parse("present")),)
    return Constraint(f"gpu {gpu.name}", why, when, (Term(product, Condition.parse(condition)),))


def _after(release: str) -> str:
    """First release that is no longer `release`: ``12.9`` -> ``12.10``."""
    major, _, minor = release.partition(".")
    return f"{major}.{int(minor) + 1}"


def _required(product: Product) -> Iterator[Constraint]:
    for release in product.releases if product.follows is None else ():
        if release.requires:
            when = (_is(product, release),)
            why = f"{product.title} {release.version} needs " + _in_words(release.requires)
            yield Constraint(f"{product.name} {release.version}", why, when, _terms(release.requires))


def _is(product: Product, release: Release) -> Term:
    return Term(product.name, Condition.parse("present"), release)


def _in_words(requires: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {condition}".replace(" present", "") for name, condition in sorted(requires.items()))


def _excluded(world: World, demands: Sequence[Demand], facts: Facts) -> Iterator[Constraint]:
    """Releases that do not exist for the system or the architectures, or that a policy forbids."""
    policies: dict[str, str] = {demand.policy: demand.name for demand in demands if demand.policy}
    for product in world.catalog.products.values():
        for release in product.releases:
            for id_, why in _objections(world, product, release, facts, policies):
                then = (Term(product.name, Condition.parse("absent")),)
                yield Constraint(id_, why, (_is(product, release),), then)


def _objections(
    world: World, product: Product, release: Release, facts: Facts, policies: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    name = f"{product.title} {release.version}"
    for system in sorted(facts.get("system", frozenset())):
        if not product.is_offered(release, system):
            yield f"system {system}", f"{name} is not offered for {in_words(system)}"
    for architecture in sorted(facts.get("architecture", frozenset())):
        if release.architectures and architecture not in release.architectures:
            yield f"architecture {architecture}", f"{name} is not offered for {architecture}"
    if "supported" in policies and (ended := world.ended(product.name, release)):
        yield policies["supported"], f"{name} is past its end of life ({ended})"
    if "secure" in policies and not world.floors.is_safe(product.name, release.version, world.today):
        yield policies["secure"], f"{name} is below its minimum safe version"
