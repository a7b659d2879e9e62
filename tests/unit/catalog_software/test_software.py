import datetime as dt
import re

import pytest

from rackwright.catalog import load_catalog
from rackwright.catalog.ngc import load_ngc
from rackwright.catalog.security import load_floors
from rackwright.catalog.software import Line, Origin, Product, Release, Rule, build_catalog, load_software, upstream
from rackwright.catalog.version import Condition

TODAY = dt.date(2026, 11, 21)
HERE = Origin(url="https://example.org/", read_on=TODAY)


def product(name: str, *versions: str, **more: object) -> Product:
    releases = tuple(Release(version=version, origin=HERE) for version in versions)
    return Product.model_validate({"name": name, "title": name, "rank": 1, "role": "x", "releases": releases} | more)


def test_the_shipped_catalog_loads_and_every_product_has_a_release() -> None:
    catalog = load_software()
    assert all(product.releases for product in catalog.products.values())
    assert len(catalog.rules) > 20


def test_every_fact_says_where_and_when_it_was_read_and_none_was_read_in_the_future() -> None:
    catalog, ngc = load_software(), load_ngc()
    origins = [item.origin for p in catalog.products.values() for item in (*p.releases, *p.lines)]
    origins += [rule.origin for rule in catalog.rules] + [item.origin for item in ngc.artefacts.values()]
    assert all(origin.url.startswith(("https://", "pkg:")) and origin.read_on <= TODAY for origin in origins)


def test_the_best_release_comes_first_by_kind_of_line_and_then_by_version() -> None:
    lines = (
        Line(name="1", kind="long-term", origin=HERE),
        Line(name="2", kind="new-feature", origin=HERE),
    )
    mixed = product("a", "1.9", "2.0", "1.10", lines=lines, prefer=("long-term", "new-feature"))
    assert [r.version for r in build_catalog([mixed], [], {}).products["a"].releases] == ["1.10", "1.9", "2.0"]


def test_a_line_is_the_longest_prefix_of_whole_parts() -> None:
    lines = tuple(Line(name=name, origin=HERE) for name in ("58", "580", "580.1"))
    one = product("a", lines=lines)
    found = [one.line_of(version) for version in ("580.2", "580.1.7", "5801.1", "58")]
    assert [line.name if line else None for line in found] == ["580", "580.1", None, "58"]


@pytest.mark.parametrize(
    ("debian", "expected"),
    [
        ("550.163.01-2", "550.163.01"), ("1.7.24~ds1-6+deb13u1", "1.7.24"), ("12.4.127~12.4.1-2", "12.4.1"),
        ("1:10.0p1-7+deb13u4", "10.0p1"), ("1.1.15+ds1-2+b4", "1.1.15"), ("6.12.94-1", "6.12.94"),
    ],
)  # fmt: skip
def test_upstreams_version_is_read_off_debians(debian: str, expected: str) -> None:
    assert upstream(debian) == expected


@pytest.mark.parametrize(
    ("products", "rules", "message"),
    [
        ([product("a", "1", "1")], [], "a 1 is listed twice"),
        ([product("a", "1", follows="b")], [], "a follows b, which is no product"),
        ([product("a")], [Rule(id="R", then={"b": "present"}, why="w", origin=HERE)], "names b"),
        ([product("a")], [Rule(id="R", then={"gpu": "any"}, why="w", origin=HERE)], "demands a fact"),
        ([product("a")], [Rule(id="R", then={"a": "1"}, why="w", origin=HERE)] * 2, "two rules R"),
    ],
)
def test_a_catalog_that_makes_no_sense_is_refused_by_name(products: list, rules: list, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        build_catalog(products, rules, {})


def test_a_rule_with_an_unreadable_condition_is_refused() -> None:
    with pytest.raises(ValueError, match="no condition"):
        Rule(id="R", then={"a": ">="}, why="w", origin=HERE)


def test_gpus_and_fabrics_that_rules_name_exist() -> None:
    known = {"gpu": {*load_catalog().gpus, "any"}, "fabric": {"efa", "infiniband", "roce"}}
    for rule in load_software().rules:
        for fact, values in known.items():
            assert set(rule.when.get(fact, "any" if fact == "gpu" else "efa").split("|")) <= values, rule.id


def test_bulletins_speak_about_products_of_the_catalog_or_of_ngc() -> None:
    known = {*load_software().products, *load_ngc().artefacts, "vgpu-guest-driver", "vgpu-manager"}
    assert {fix.product for fix in load_floors().fixes} <= known


def test_what_the_distribution_offers_appears_as_a_release_with_the_snapshots_date() -> None:
    catalog = load_software()
    (offered,) = [r for r in catalog.products["driver"].releases if r.systems == ("debian-trixie",)]
    assert offered.origin.read_on == catalog.snapshots["debian-trixie"].read_on


def test_no_driver_that_a_gpu_needs_has_left_the_catalog() -> None:
    drivers = [release.version for release in load_software().products["driver"].releases]
    for gpu in load_catalog().gpus.values():
        condition = Condition.parse(f">={gpu.min_branch}" + (f",<{gpu.max_branch + 1}" if gpu.max_branch else ""))
        assert any(condition.holds(version) for version in drivers), gpu.name


def test_ngc_knows_what_the_program_names() -> None:
    names = load_ngc().artefacts.keys()
    assert {"pytorch", "tensorflow", "triton", "tensorrt-llm", "nemo", "rapids", "tao", "hpc-benchmarks"} <= names
    assert {"dcgm-exporter", "gpu-operator", "network-operator"} <= names
    pytorch = load_ngc().by_reference("nvcr.io/nvidia/pytorch:25.10-py3")
    assert pytorch is not None
    assert pytorch.name == "pytorch"
    assert load_ngc().digest("nvcr.io/nvidia/pytorch:99.99-py3") is None
