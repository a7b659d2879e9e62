"""The version resolver: from wants and the catalog to one consistent lock, or to the wants that are at odds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rackwright.catalog.load import load_catalog
from rackwright.catalog.security import load_floors
from rackwright.catalog.software import WITH_NVIDIA, SoftwareCatalog
from rackwright.diagnostics import InputError, Problem
from rackwright.lock.conflict import minimal_conflict
from rackwright.lock.constraint import Candidate, Constraint
from rackwright.lock.images import images_of
from rackwright.lock.model import Archive, Lock, OperatingSystem, Package
from rackwright.lock.packages import fill, packages_of
from rackwright.lock.reasons import reasons
from rackwright.lock.solve import solve
from rackwright.lock.wants import Demand, Wants, demands, in_words
from rackwright.lock.world import World, constraints, domains

_SHOWN = 8
"""Releases that a message lists."""


@dataclass(frozen=True)
class Resolution:
    """A lock and why it is as it is."""

    lock: Lock
    versions: Mapping[str, str]
    """Product -> version, in the order in which they were chosen."""
    reasons: Mapping[str, str]
    """Product -> why this version."""


def resolve(wants: Wants, catalog: SoftwareCatalog, today: dt.date) -> Resolution:
    """The best consistent set for `wants` on the day `today`; the same input gives the same bytes.

    InputError when there is none: its problems are a smallest set of wants that contradict each other, and its hint
    says which facts are behind it.
    """
    return resolve_in(World(catalog, load_catalog().gpus, load_floors(), today), wants)


def resolve_in(world: World, wants: Wants) -> Resolution:
    """`resolve` with everything that it reads given."""
    _refuse_unknown(world, wants)
    asked = demands(wants)
    chosen = choose(world, asked)
    if chosen is None:
        raise contradiction(world, asked)
    system = wants.system or "ubuntu-24.04"
    versions = {name: release.version for name, release in chosen.items() if release is not None}
    lock = Lock(
        os=_operating_system(system),
        software=versions,
        packages=_packages(world, wants, chosen, system),
        images=images_of(wants.images, wants.known_images),
        modules=_modules(world, chosen, system),
        archives=_archives(world, chosen),
    )
    return Resolution(lock, versions, reasons(world, chosen, constraints(world, asked), wants.notes))


def choose(world: World, asked: Sequence[Demand]) -> Mapping[str, Candidate] | None:
    """Best release of every product under the demands; None when they contradict each other."""
    return solve(domains(world), constraints(world, asked))


def contradiction(world: World, asked: Sequence[Demand]) -> InputError:
    """The error for demands that cannot all be met: a smallest set of them, and the facts that set them at odds."""
    culprits = minimal_conflict(asked, lambda some: choose(world, some) is not None)
    causes = [*_unheard_of(world, culprits), *_told(world, _facts_behind(world, culprits))]
    return InputError(
        f"no set of versions fits: {len(culprits)} wants contradict each other"
        if len(culprits) > 1
        else f"no version fits: {culprits[0].text}",
        where=culprits[0].name,
        hint="; ".join([*dict.fromkeys(causes), f"give up one of: {_names(culprits)}"]),
        problems=[Problem(where=demand.name, summary=demand.text) for demand in culprits],
    )


def _unheard_of(world: World, culprits: Sequence[Demand]) -> Iterator[str]:
    """What the catalog knows of each product of which no release is as demanded."""
    for product, condition in (term for demand in culprits for term in demand.terms):
        known = [release.version for release in world.catalog.products[product].releases]
        if not any(condition.holds(version) for version in (None, *known)):
            yield f"the catalog knows {product} {_some(known)}"


def _facts_behind(world: World, culprits: Sequence[Demand]) -> Sequence[Constraint]:
    """A smallest set of catalog facts that make `culprits` contradict each other; empty if they do by themselves."""
    held_to = constraints(world, culprits)
    fixed = [constraint for constraint in held_to if constraint.demand is not None]
    facts = [constraint for constraint in held_to if constraint.demand is None]
    if solve(domains(world), fixed) is None:
        return ()
    return minimal_conflict(facts, lambda some: solve(domains(world), (*fixed, *some)) is not None)


def _told(world: World, facts: Sequence[Constraint]) -> Iterator[str]:
    """Why, for each of `facts`; releases that a system does not have share a sentence, which says what it has."""
    lacking: dict[tuple[str, str], list[str]] = {}
    for fact in facts:
        kind, _, system = fact.id.partition(" ")
        if kind == "system" and fact.when[0].release is not None:
            lacking.setdefault((fact.when[0].product, system), []).append(fact.when[0].release.version)
        else:
            yield fact.why
    for (name, system), versions in lacking.items():
        product = world.catalog.products[name]
        has = _some([release.version for release in product.releases if product.is_offered(release, system)])
        yield f"{product.title} {_some(versions)} is not offered for {in_words(system)}, which has {has or 'none'}"


def _some(versions: Sequence[str]) -> str:
    known = tuple(dict.fromkeys(versions))
    return ", ".join(known[:_SHOWN]) + (" …" if len(known) > _SHOWN else "")


def _names(culprits: Sequence[Demand]) -> str:
    return ", ".join(demand.name for demand in culprits)


def _refuse_unknown(world: World, wants: Wants) -> None:
    problems = [
        Problem(wants.named_in.get(name, f"software.{name}"), f"the catalog has no software '{name}'")
        for name in sorted(wants.software.keys() - world.catalog.products.keys())
    ]
    problems += [
        Problem(f"gpu {name}", f"the catalog has no GPU '{name}'") for name in wants.gpus if name not in world.gpus
    ]
    snapshot = world.catalog.snapshots.get(wants.system or "")
    problems += [
        Problem("software.packages", f"{wants.system} has no package '{name}' in the catalog's snapshot")
        for name in wants.packages
        if snapshot is None or name not in snapshot.packages
    ]
    if problems:
        raise InputError("the wants name things that the catalog does not know", problems=problems)


def _operating_system(system: str) -> OperatingSystem:
    distribution, _, release = system.removesuffix(WITH_NVIDIA).partition("-")
    return OperatingSystem.model_validate({"distribution": distribution, "release": release})


def _packages(world: World, wants: Wants, chosen: Mapping[str, Candidate], system: str) -> dict[str, Package]:
    found = dict(packages_of(world.catalog, chosen, system, hold=wants.hold))
    snapshot = world.catalog.snapshots.get(system)
    for name in wants.packages if snapshot else ():
        offer = snapshot.packages[name] if snapshot else None
        if offer is not None and name not in found:
            found[name] = Package(version=offer.version, role="base", digest=offer.digest, why="asked for by name")
    return dict(sorted(found.items()))


def _modules(world: World, chosen: Mapping[str, Candidate], system: str) -> dict[str, str]:
    """Go modules that built packages come from; only where the vendor's repository does not serve the system."""
    return {
        product.module: f"v{release.version}"
        for name, product in world.catalog.products.items()
        if product.module is not None
        and (release := chosen[name]) is not None
        and any(system in package.systems and package.source == "built" for package in product.packages)
    }


def _archives(world: World, chosen: Mapping[str, Candidate]) -> dict[str, Archive]:
    return {
        name: Archive(
            version=release.version,
            url=fill(product.archive, {name: release.version}),
            digest=release.digest,
            role=product.role,
        )
        for name, product in world.catalog.products.items()
        if product.archive is not None and (release := chosen[name]) is not None and release.digest is not None
    }
