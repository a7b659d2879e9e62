"""Small catalogs for the resolver: few products, few releases, any rules."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from rackwright.catalog.model import Gpu, Source
from rackwright.catalog.security import Fix, build_floors
from rackwright.catalog.software import Line, Origin, Product, Release, Rule, SoftwareCatalog, build_catalog
from rackwright.catalog.version import Condition
from rackwright.lock.constraint import Candidate
from rackwright.lock.wants import Demand
from rackwright.lock.world import World, constraints, domains

TODAY = dt.date(2026, 11, 21)
HERE = Origin(url="https://example.org/", read_on=TODAY)
NAMES = ("cuda", "driver", "module", "other")
VERSIONS = ("1.0", "1.5", "2.0")

conditions = st.sampled_from(["present", "absent", ">=1.5", "<2", "==1.0", "1.*", "!=1.5", ">1.0,<2.0"])
terms = st.dictionaries(st.sampled_from(NAMES), conditions, min_size=1, max_size=2)


@st.composite
def products(draw: st.DrawFn, name: str) -> Product:
    chosen = draw(st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=3, unique=True))
    releases = tuple(
        Release(
            version=version,
            systems=draw(st.sampled_from([(), ("debian-trixie",), ("ubuntu-24.04",)])),
            requires=draw(st.just({}) | terms),
            origin=HERE,
        )
        for version in chosen
    )
    lines = (Line(name="1", end_of_life=draw(st.sampled_from([None, dt.date(2026, 1, 1)])), origin=HERE),)
    return Product(name=name, title=name, rank=NAMES.index(name), role="x", lines=lines, releases=releases)


@st.composite
def rules(draw: st.DrawFn, number: int) -> Rule:
    when = draw(st.just({}) | terms | st.just({"nvswitch": "rack"}))
    if draw(st.booleans()) or not when:
        when = {**when, "gpu": "any"}
    if draw(st.integers(0, 3)) == 0:
        same = draw(st.permutations(NAMES))[:2]
        return Rule(id=f"R{number}", same=(same[0], same[1]), why="same", origin=HERE)
    return Rule(id=f"R{number}", when=when, then=draw(terms), why=f"rule {number}", origin=HERE)


@st.composite
def catalogs(draw: st.DrawFn) -> tuple[list[Product], list[Rule]]:
    return [draw(products(name)) for name in NAMES], [draw(rules(n)) for n in range(draw(st.integers(0, 3)))]


@st.composite
def demand_lists(draw: st.DrawFn) -> list[Demand]:
    wishes = draw(st.lists(terms, max_size=3))
    found = [
        Demand(f"wish {n}", "wish", terms=tuple((name, Condition.parse(text)) for name, text in wish.items()))
        for n, wish in enumerate(wishes)
    ]
    extras = [
        Demand("gpu", "gpu", facts=(("gpu", "h100-80gb"),)),
        Demand("switch", "switch", facts=(("nvswitch", "rack"),)),
        Demand("system", "system", facts=(("system", "debian-trixie"),)),
        Demand("supported only", "supported", policy="supported"),
        Demand("secure only", "secure", policy="secure"),
    ]
    return found + draw(st.lists(st.sampled_from(extras), unique=True, max_size=3))


def world_of(catalog: SoftwareCatalog) -> World:
    floors = build_floors(
        [Fix(product="driver", line="1", fixed="1.5", published=TODAY, bulletin="1", cvss=9.0, cves=("CVE-1",))]
    )
    gpu = Gpu(
        name="h100-80gb", title="H100", architecture="hopper", compute_capability="9.0", memory_gb=80, gres_type="h100",
        tdp_w=700, form="sxm", module="either", min_branch=1, max_branch=1, min_cuda="1.5",
        source=Source(url="https://example.org/", read_on=TODAY),
    )  # fmt: skip
    return World(catalog, {"h100-80gb": gpu}, floors, TODAY)


def brute_force(world: World, asked: Sequence[Demand]) -> Mapping[str, Candidate] | None:
    """The first choice, in the order of preference, that every constraint allows."""
    table, held_to = domains(world), constraints(world, asked)
    for candidates in itertools.product(*table.values()):
        chosen = dict(zip(table, candidates, strict=True))
        if all(constraint.allows(chosen) for constraint in held_to):
            return chosen
    return None


def build(parts: tuple[list[Product], list[Rule]]) -> SoftwareCatalog:
    return build_catalog(parts[0], parts[1], {})
