"""What software exists, which releases fit which, and until when: the facts that the version resolver works on.

A *product* has releases; a *rule* ties products to each other and to facts about the cluster (`FACTS`). Rules are data
(`data/software.yaml`), so that a new release or a new incompatibility needs no code.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from rackwright.catalog.distribution import Snapshot
from rackwright.catalog.model import Record
from rackwright.catalog.source import read_data
from rackwright.catalog.version import Condition, version_order

FACTS = frozenset({"architecture", "fabric", "gpu", "nvswitch", "scheduler", "system", "target"})
"""What is given about the cluster; everything else that a rule names is a product."""

Channel = Literal["distribution", "nvidia", "upstream", "built", "pypi", "nvidia-pypi"]
"""Where packages come from; `upstream` is the repository of their own vendor (Kubernetes, AWS), `nvidia-pypi` the
index of Python packages that NVIDIA runs itself."""

WHEELS = frozenset({"pypi", "nvidia-pypi"})
"""Channels of Python wheels. pip installs a wheel only with its digest, so that one without is not offered."""

System = Literal[
    "al2023",
    "debian-bookworm",
    "debian-bookworm+nvidia",
    "debian-trixie",
    "debian-trixie+nvidia",
    "ubuntu-22.04",
    "ubuntu-24.04",
    "rocky-9",
]
"""Where packages are chosen from: an operating system, and Debian a second time with NVIDIA's repository."""

WITH_NVIDIA = "+nvidia"
"""Ending of a system whose packages of NVIDIA's software are NVIDIA's own, where the distribution has its own too."""


class Origin(Record):
    """Where a fact was read, and how far to trust it."""

    url: str = Field(pattern=r"^(https://|pkg:)")
    """Page, or a package by its package URL (purl): its index is whichever the reader uses."""
    read_on: dt.date
    uncertain: str | None = None
    """Why the fact needs another look; None where the source says it plainly."""


class Line(Record):
    """A line of releases with a common life: a driver branch, a minor release of Kubernetes."""

    name: str
    """Prefix of its versions: ``580``, ``1.35``."""
    kind: str = "release"
    """``long-term``, ``production``, ``new-feature`` (driver); the order is that of `Product.prefer`."""
    end_of_life: dt.date | None = None
    """Last day with fixes; None where none is announced."""
    origin: Origin


class Release(Record):
    """One release of a product."""

    version: str
    systems: tuple[System, ...] = ()
    """Operating systems it exists for; empty: any."""
    architectures: tuple[Literal["x86_64", "arm64"], ...] = ()
    requires: Mapping[str, str] = {}
    """Product -> condition that must hold beside it."""
    end_of_life: dt.date | None = None
    """Where it differs from that of its line: a distribution mends its own packages longer."""
    digest: str | None = Field(default=None, pattern=r"^sha256:[0-9a-f]{64}$")
    """Of the file that is downloaded, where the vendor or a builder published it."""
    origin: Origin


class PackageName(Record):
    """How a product is called in a package manager, and in which version form."""

    systems: tuple[System, ...]
    name: str
    """May hold ``{driver}``, ``{cuda.major}``, ``{cuda.dash}`` … (`rackwright.lock.packages`)."""
    version: str | None = None
    """Same; None takes the version of the distribution's snapshot."""
    when: str = "present"
    """Condition on the product's own version: names change at a release."""
    also: Mapping[str, str] = {}
    """Further conditions on other products."""
    role: str | None = None
    """Ansible role that installs it; None takes the product's."""
    source: Channel | None = None
    digests: Mapping[str, Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]] = {}
    """Version of the product -> digest of the package's file, where it is not that of the release."""
    why: str | None = None
    """What the package is for, where its name does not say."""
    uncertain: str | None = None
    """Why the name needs another look; the lock says it too."""

    def is_checked(self, version: str) -> bool:
        """Whether the file of `version` can be checked: a wheel needs a digest, a repository signs its packages."""
        return self.source not in WHEELS or version in self.digests


class Product(Record):
    """A piece of software of which a node has at most one release."""

    name: str
    title: str
    rank: int
    """Products are chosen in this order; what is chosen early gets the better release."""
    role: str
    source: Channel = "nvidia"
    held: bool = False
    """Its packages are held back from upgrades."""
    prefer: tuple[str, ...] = ()
    """Kinds of line, best first; without it the newest release is best."""
    follows: str | None = None
    """Product whose versions it shares exactly (fabric manager: driver)."""
    module: str | None = None
    """Go module it is built from."""
    archive: str | None = Field(default=None, pattern=r"^https://")
    """Where the archive of a release is; holds ``{name}`` in place of the version. Each release has its digest."""
    lines: tuple[Line, ...] = ()
    releases: tuple[Release, ...] = ()
    distribution: Mapping[System, tuple[str, ...]] = {}
    """Operating system -> packages of its distribution whose versions are releases of the product."""
    packages: tuple[PackageName, ...] = ()

    def is_offered(self, release: Release, system: str) -> bool:
        """Whether `release` exists for `system`, as a package if the product comes in packages."""
        packaged = not self.packages or any(
            system in package.systems
            and Condition.parse(package.when).holds(release.version)
            and package.is_checked(release.version)
            for package in self.packages
        )
        return packaged and (not release.systems or system in release.systems)

    def end_of_life(self, release: Release) -> dt.date | None:
        """Last day with fixes for `release`; None where none is announced."""
        line = self.line_of(release.version)
        return release.end_of_life or (line.end_of_life if line is not None else None)

    def line_of(self, version: str) -> Line | None:
        """Line that `version` belongs to; None where lines are not tracked."""
        inside = [line for line in self.lines if version == line.name or version.startswith(line.name + ".")]
        return max(inside, key=lambda line: len(line.name), default=None)


class Rule(Record):
    """If all of `when` holds, all of `then` must hold."""

    id: str
    when: Mapping[str, str] = {}
    """Fact -> value (``a|b``: either), product -> condition on its version."""
    then: Mapping[str, str] = {}
    same: tuple[str, str] | None = None
    """Two products that must have one and the same version when both are there."""
    why: str
    origin: Origin

    @field_validator("when", "then")
    @classmethod
    def _readable(cls, terms: Mapping[str, str]) -> Mapping[str, str]:
        for name, condition in terms.items():
            if name not in FACTS:
                Condition.parse(condition)
        return terms


@dataclass(frozen=True)
class SoftwareCatalog:
    """Everything the resolver may choose from."""

    products: Mapping[str, Product]
    rules: tuple[Rule, ...]
    snapshots: Mapping[str, Snapshot]
    """Operating system -> what its distribution offers."""


def build_catalog(
    products: Iterable[Product], rules: Iterable[Rule], snapshots: Mapping[str, Snapshot]
) -> SoftwareCatalog:
    """Catalog in one canonical order, whatever the order of the files. ValueError names every mistake."""
    offered = (_with_offers(product, snapshots) for product in products)
    table = {product.name: product for product in sorted(offered, key=lambda p: (p.rank, p.name))}
    ordered = {name: _followed(_ordered(product), table) for name, product in table.items()}
    catalog = SoftwareCatalog(ordered, tuple(sorted(rules, key=lambda rule: rule.id)), snapshots)
    if mistakes := list(_mistakes(catalog)):
        raise ValueError("; ".join(mistakes))
    return catalog


def _with_offers(product: Product, snapshots: Mapping[str, Snapshot]) -> Product:
    """`product` with the releases that distributions offer; systems that share a snapshot share its releases."""
    sharing: dict[tuple[str, str], list[System]] = {}
    for system, names in product.distribution.items():
        for name in names:
            if (snapshot := snapshots.get(system)) and name in snapshot.packages:
                sharing.setdefault((snapshot.release, name), []).append(system)
    found = (_offered(product, systems, snapshots[systems[0]], name) for (_, name), systems in sharing.items())
    return product.model_copy(update={"releases": (*product.releases, *found)})


def _offered(product: Product, systems: Iterable[System], snapshot: Snapshot, name: str) -> Release:
    """The release of `product` that a distribution offers as package `name`; it mends only what is its own."""
    return Release(
        version=upstream(snapshot.packages[name].version),
        systems=tuple(systems),
        architectures=(snapshot.architecture,),
        end_of_life=snapshot.supported_until if product.source == "distribution" else None,
        origin=Origin(url=snapshot.source, read_on=snapshot.read_on),
    )


def upstream(version: str) -> str:
    """Upstream's version in a Debian one: ``1.7.24~ds1-6+deb13u1`` -> ``1.7.24``; CUDA's comes after the tilde."""
    bare = version.partition(":")[2] or version
    bare = bare.rpartition("-")[0] or bare
    cuda = re.fullmatch(r"[\d.]+~(\d+(?:\.\d+)+)", bare)
    return cuda[1] if cuda else re.split(r"[~+]", bare)[0]


def _ordered(product: Product) -> Product:
    """`product` with its best release first: by kind of line, then newest."""
    newest = sorted(product.releases, key=lambda release: version_order(release.version), reverse=True)
    return product.model_copy(update={"releases": tuple(sorted(newest, key=lambda r: _kind_rank(product, r.version)))})


def _kind_rank(product: Product, version: str) -> int:
    line = product.line_of(version)
    return product.prefer.index(line.kind) if line and line.kind in product.prefer else len(product.prefer)


def _followed(product: Product, table: Mapping[str, Product]) -> Product:
    if product.follows is None or product.follows not in table:
        return product
    leader = _ordered(table[product.follows])
    return product.model_copy(update={"releases": leader.releases, "lines": leader.lines, "prefer": leader.prefer})


def _mistakes(catalog: SoftwareCatalog) -> Iterator[str]:
    known = FACTS | catalog.products.keys()
    for rule in catalog.rules:
        for name in sorted({*rule.when, *rule.then, *(rule.same or ())} - known):
            yield f"rule {rule.id} names {name}, which is neither a fact nor a product"
        if any(name in FACTS for name in rule.then):
            yield f"rule {rule.id} demands a fact; only products can be demanded"
    for product in catalog.products.values():
        yield from _product_mistakes(product, known)
    ids = [rule.id for rule in catalog.rules]
    yield from (f"there are two rules {name}" for name in sorted({name for name in ids if ids.count(name) > 1}))


def _product_mistakes(product: Product, known: Iterable[str]) -> Iterator[str]:
    keys = [(release.version, release.systems, release.architectures) for release in product.releases]
    for version, systems, _ in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{product.name} {version} is listed twice for {', '.join(systems) or 'every system'}"
    for release in product.releases:
        if product.archive and not release.digest:
            yield f"{product.name} {release.version} is an archive without a digest"
        for name in sorted(release.requires.keys() - set(known)):
            yield f"{product.name} {release.version} requires {name}, which is no product"
    if product.follows is not None and product.follows not in known:
        yield f"{product.name} follows {product.follows}, which is no product"


SNAPSHOTS = ("debian-bookworm", "debian-trixie")
"""Distributions whose packages are known by name and version."""


@functools.cache
def load_software() -> SoftwareCatalog:
    """The software catalog that ships with the program; read once."""
    document = read_yaml("software")
    origins, groups = read_origins(document), document["groups"]
    products = [
        Product.model_validate(with_systems(with_origins(item, origins), groups)) for item in document["products"]
    ]
    rules = [Rule.model_validate(with_systems(with_origins(item, origins), groups)) for item in document["rules"]]
    return build_catalog(products, rules, load_snapshots())


@functools.cache
def load_snapshots() -> Mapping[str, Snapshot]:
    """What each distribution offers, by system; with NVIDIA's repository beside it, the rest is the same."""
    found: dict[str, Snapshot] = {}
    for release in SNAPSHOTS:
        snapshot = Snapshot.model_validate(read_yaml(f"software-{release}"))
        found |= dict.fromkeys((release, release + WITH_NVIDIA), snapshot)
    return found


def with_systems(item: Any, groups: Mapping[str, Iterable[str]]) -> Any:
    """`item` with each group of systems written out; the file names a group once."""
    if isinstance(item, list):
        return [with_systems(one, groups) for one in item]
    if not isinstance(item, dict):
        return item
    return {key: _written_out(key, value, groups) for key, value in item.items()}


def _written_out(key: str, value: Any, groups: Mapping[str, Iterable[str]]) -> Any:
    if key == "systems":
        return [system for name in value for system in groups.get(name, [name])]
    if key == "system":  # a condition of a rule: ``a|b``
        return "|".join(system for name in value.split("|") for system in groups.get(name, [name]))
    if key == "distribution":
        return {system: names for name, names in value.items() for system in groups.get(name, [name])}
    return with_systems(value, groups)


def read_yaml(name: str) -> Any:
    """Content of the data file `name`."""
    return read_data(f"{name}.yaml")


def read_origins(document: Any) -> dict[str, Origin]:
    """The origins that a data file names at its top."""
    return {name: Origin.model_validate(item) for name, item in document["origins"].items()}


def with_origins(item: Any, origins: Mapping[str, Origin]) -> Any:
    """`item` with each origin written out; the file names each once, ``name?why`` marks an uncertain fact."""
    if isinstance(item, list):
        return [with_origins(one, origins) for one in item]
    if not isinstance(item, dict):
        return item
    inner = {key: with_origins(value, origins) for key, value in item.items() if key != "origin"}
    return inner | ({"origin": _origin(item["origin"], origins)} if "origin" in item else {})


def _origin(text: str, origins: Mapping[str, Origin]) -> Origin:
    name, _, doubt = text.partition("?")
    return origins[name.strip()].model_copy(update={"uncertain": doubt.strip() or None})
