"""From chosen releases to packages: their names and exact versions in the package manager of the system."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rackwright.catalog.distribution import Snapshot
from rackwright.catalog.software import PackageName, Product, Release, SoftwareCatalog
from rackwright.catalog.version import Condition
from rackwright.lock.constraint import Candidate
from rackwright.lock.model import Package

_PLACE = re.compile(r"\{([a-z-]+)(?:\.(major|dash))?\}")


def packages_of(
    catalog: SoftwareCatalog, chosen: Mapping[str, Candidate], system: str, *, hold: bool
) -> Iterator[tuple[str, Package]]:
    """Packages of every chosen release on `system`, in the order of the products."""
    snapshot = catalog.snapshots.get(system)
    versions = {name: release.version for name, release in chosen.items() if release is not None}
    for product in catalog.products.values():
        release = chosen[product.name]
        for name in product.packages if release is not None else ():
            if release is not None and _applies(name, system, release, versions):
                yield _package(product, release, name, versions, snapshot, hold=hold)


def fill(template: str, versions: Mapping[str, str]) -> str:
    """`template` with versions in the places of ``{driver}``, ``{cuda.major}`` (13), ``{cuda.dash}`` (13-0)."""

    def part(match: re.Match[str]) -> str:
        version = versions[match[1]]
        parts = version.split(".")
        return {"major": parts[0], "dash": "-".join(parts[:2]), None: version}[match[2]]

    return _PLACE.sub(part, template)


def _applies(name: PackageName, system: str, release: Release, versions: Mapping[str, str]) -> bool:
    here = system in name.systems and Condition.parse(name.when).holds(release.version)
    return here and all(Condition.parse(text).holds(versions.get(other)) for other, text in name.also.items())


def _why(product: Product, release: Release, name: PackageName) -> str:
    why = name.why or f"{product.title} {release.version}"
    return f"{why} (not certain: {name.uncertain})" if name.uncertain else why


def _package(
    product: Product,
    release: Release,
    name: PackageName,
    versions: Mapping[str, str],
    snapshot: Snapshot | None,
    *,
    hold: bool,
) -> tuple[str, Package]:
    called = fill(name.name, versions)
    offer = snapshot.packages.get(called) if snapshot is not None and name.version is None else None
    if offer is None and name.version is None:
        raise ValueError(f"{product.name}: the distribution's snapshot has no package {called}")
    return called, Package(
        version=offer.version if offer else fill(str(name.version), versions),
        role=name.role or product.role,
        held=product.held and hold,
        source="distribution" if offer else name.source or product.source,
        digest=offer.digest if offer else name.digests.get(release.version, release.digest),
        why=_why(product, release, name),
    )
