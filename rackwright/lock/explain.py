"""What the catalog knows of a product or of one release, for ``./rw explain <version>``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rackwright.catalog.security import SecurityFloors, load_floors
from rackwright.catalog.software import Product, Release, SoftwareCatalog


@dataclass(frozen=True, slots=True)
class Explanation:
    """One product or release in sentences."""

    product: str
    version: str | None
    """None: the product as a whole."""
    lines: tuple[str, ...]
    sources: tuple[str, ...]
    """Pages that say so."""


def explain(words: str, catalog: SoftwareCatalog, today: dt.date) -> tuple[Explanation, ...]:
    """Everything that `words` can mean: ``driver``, ``580.173.02``, ``driver 580.173.02``; empty when nothing."""
    name, _, version = words.strip().rpartition(" ")
    floors = load_floors()
    if not name and version in catalog.products:
        return (_product(catalog, catalog.products[version]),)
    found = (
        (product, [release for release in product.releases if release.version == version.removeprefix("v")])
        for product in catalog.products.values()
        if name in ("", product.name)
    )
    return tuple(_release(catalog, floors, product, releases, today) for product, releases in found if releases)


def _product(catalog: SoftwareCatalog, product: Product) -> Explanation:
    life = [
        f"Line {line.name} ({line.kind}): "
        + (f"fixes until {line.end_of_life}" if line.end_of_life else "no end known")
        for line in product.lines
    ]
    versions = dict.fromkeys(release.version for release in product.releases)
    known = f"{product.title}. Releases, best first: {', '.join(versions)}."
    sources = {line.origin.url for line in product.lines} | {release.origin.url for release in product.releases}
    return Explanation(product.name, None, (known, *life, *_rules(catalog, product.name)), tuple(sorted(sources)))


def _release(
    catalog: SoftwareCatalog, floors: SecurityFloors, product: Product, releases: Sequence[Release], today: dt.date
) -> Explanation:
    """One release, of which the catalog has an entry for each place that it was read of."""
    version = releases[0].version
    fixes = [fix.url] if (fix := floors.floor(product.name, version, today)) else []
    sentences = (
        *dict.fromkeys(line for release in releases for line in _facts(product, release, today)),
        *_safety(floors, product, releases[0], today),
        *_rules(catalog, product.name),
    )
    sources = dict.fromkeys([*(release.origin.url for release in releases), *fixes])
    return Explanation(product.name, version, sentences, tuple(sources))


def _facts(product: Product, release: Release, today: dt.date) -> Iterator[str]:
    yield f"{product.title} {release.version}" + (f", for {', '.join(release.systems)}." if release.systems else ".")
    last = product.end_of_life(release)
    if last is not None:
        yield f"{'Fixes ended on' if last < today else 'Fixes until'} {last}."
    for other, condition in sorted(release.requires.items()):
        yield f"Needs {other} {condition}."
    if release.origin.uncertain:
        yield f"Uncertain: {release.origin.uncertain}."


def _safety(floors: SecurityFloors, product: Product, release: Release, today: dt.date) -> Iterator[str]:
    fix = floors.floor(product.name, release.version, today)
    if fix is None:
        yield "No security bulletin speaks about its line."
    else:
        verdict = "Safe" if floors.is_safe(product.name, release.version, today) else "Not safe"
        yield f"{verdict}: the newest bulletin for its line asks for {fix.fixed} ({fix.published}; {fix.severity})."


def _rules(catalog: SoftwareCatalog, product: str) -> Iterator[str]:
    for rule in catalog.rules:
        if product in {*rule.when, *rule.then, *(rule.same or ())}:
            yield f"{rule.id}: {rule.why}."
