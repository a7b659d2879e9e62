"""Whether a lock may still be used: end of life, minimum safe versions, and whether its parts fit together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from rackwright.catalog.load import load_catalog
from rackwright.catalog.ngc import load_ngc
from rackwright.catalog.security import load_floors
from rackwright.catalog.software import Release, SoftwareCatalog
from rackwright.catalog.version import version_order
from rackwright.diagnostics import Problem
from rackwright.lock.model import Lock
from rackwright.lock.packages import packages_of
from rackwright.lock.world import World, constraints

_HINT = "run ./rw lock <stack> --upgrade"


def check(lock: Lock, catalog: SoftwareCatalog, today: dt.date) -> tuple[Problem, ...]:
    """Everything that is wrong with `lock` on the day `today`; empty when it may be used."""
    return check_in(World(catalog, load_catalog().gpus, load_floors(), today), lock)


def check_in(world: World, lock: Lock) -> tuple[Problem, ...]:
    """`check` with everything that it reads given."""
    if not lock.software:
        return (Problem("software", "the lock does not say which releases its packages come from", "run ./rw lock"),)
    chosen = _releases(world.catalog, lock)
    unknown = [name for name in lock.software if name not in chosen]
    found = [
        Problem(f"software.{name}", f"{name} {lock.software[name]} is not in the catalog", _HINT) for name in unknown
    ]
    for name in sorted(chosen):
        found += _age(world, name, chosen[name])
    found += _unsafe_images(world, lock)
    if not unknown:
        found += [*_misfits(world, chosen), *_edited(world, lock, chosen)]
    return tuple(found)


def _releases(catalog: SoftwareCatalog, lock: Lock) -> dict[str, Release]:
    system = f"{lock.os.distribution}-{lock.os.release}"
    return {
        name: release
        for name, product in catalog.products.items()
        for release in product.releases
        if lock.software.get(name) == release.version and (not release.systems or system in release.systems)
    }


def _age(world: World, name: str, release: Release) -> Iterator[Problem]:
    where, version = f"software.{name}", release.version
    if ended := world.ended(name, release):
        yield Problem(where, f"{name} {version} is past its end of life ({ended})", _HINT)
    fix = world.floors.floor(name, version, world.today)
    if fix is not None and version_order(version) < version_order(fix.fixed):
        summary = f"{name} {version} is below its minimum safe version {fix.fixed} ({fix.severity})"
        yield Problem(where, summary, f"{_HINT}; bulletin: {fix.url}")


def _unsafe_images(world: World, lock: Lock) -> Iterator[Problem]:
    """Images of which a bulletin asks for a newer release; their tags begin with it (``25.10-py3``)."""
    for reference in sorted(lock.images):
        artefact, tag = load_ngc().by_reference(reference), reference.partition("@")[0].rpartition(":")[2]
        fix = world.floors.floor(artefact.name, tag, world.today) if artefact is not None else None
        if fix is not None and version_order(tag) < version_order(fix.fixed):
            summary = f"{reference} is below its minimum safe release {fix.fixed} ({fix.severity})"
            yield Problem(f"images.{reference}", summary, f"take {fix.fixed} or newer; bulletin: {fix.url}")


def _misfits(world: World, chosen: Mapping[str, Release]) -> Iterator[Problem]:
    """Releases that do not fit together, whatever the cluster is."""
    whole = {name: chosen.get(name) for name in world.catalog.products}
    for constraint in constraints(world, ()):
        if not constraint.allows(whole):
            names = sorted(name for name in constraint.products if whole[name] is not None)
            yield Problem(f"software.{names[0]}", f"{constraint.why} ({constraint.id})", _HINT)


def _edited(world: World, lock: Lock, chosen: Mapping[str, Release]) -> Iterator[Problem]:
    """Packages whose version is not that of the release they belong to."""
    whole = {name: chosen.get(name) for name in world.catalog.products}
    system = f"{lock.os.distribution}-{lock.os.release}"
    for name, package in packages_of(world.catalog, whole, system, hold=True):
        locked = lock.packages.get(name)
        if locked is None:
            yield Problem(f"packages.{name}", f"{name} {package.version} belongs to the lock but is missing", _HINT)
        elif locked.version != package.version and locked.source != "distribution":
            yield Problem(f"packages.{name}", f"{name} is {locked.version}, its release has {package.version}", _HINT)
