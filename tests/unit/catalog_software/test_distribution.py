import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from rackwright.catalog.distribution import Offer, Snapshot, dump_snapshot, parse_packages, refresh
from rackwright.catalog.version import version_order

READ = dt.date(2026, 11, 21)
DIGEST = "a" * 64
INDEX = f"""\
Package: munge
Source: munge
Version: 0.5.16-1
Description: authentication service
 Package: not a field, but a line of the description
SHA256: {DIGEST}

Package: no-digest
Version: 1.0

Package: jq
Version: 1.7.1-6
SHA256: {DIGEST}
"""


def snapshot(*names: str) -> Snapshot:
    offers = {name: Offer(version="0", suite="trixie", digest=f"sha256:{DIGEST}") for name in names}
    return Snapshot(
        distribution="debian", release="trixie", architecture="x86_64", read_on=dt.date(2026, 1, 1),
        supported_until=dt.date(2028, 8, 9),
        source="https://packages.debian.org/trixie/", packages=offers,
    )  # fmt: skip


def stanza(name: str, version: str) -> str:
    return f"Package: {name}\nVersion: {version}\nSHA256: {DIGEST}\n\n"


def test_fields_are_read_and_continuation_lines_are_not() -> None:
    assert [(found.name, found.version) for found in parse_packages(INDEX)] == [
        ("munge", "0.5.16-1"),
        ("jq", "1.7.1-6"),
    ]


def test_a_refresh_takes_the_newest_of_all_suites_and_says_which() -> None:
    new = refresh(snapshot("jq"), {"trixie": stanza("jq", "1.9"), "trixie-security": stanza("jq", "1.10")}, READ)
    assert new.packages["jq"] == Offer(version="1.10", suite="trixie-security", digest=f"sha256:{DIGEST}")
    assert new.read_on == READ


def test_a_refresh_forgets_what_is_no_longer_offered_and_adds_nothing() -> None:
    assert refresh(snapshot("munge", "gone"), {"trixie": INDEX}, READ).packages.keys() == {"munge"}


versions = st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}(-[0-9])?", fullmatch=True)
suites = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.lists(versions, max_size=3), min_size=1)


@given(suites)
def test_no_index_has_a_newer_version_than_the_snapshot(offered: dict[str, list[str]]) -> None:
    indexes = {suite: "".join(stanza("jq", version) for version in found) for suite, found in offered.items()}
    new = refresh(snapshot("jq"), indexes, READ)
    everything = [version for found in offered.values() for version in found]
    assert ("jq" in new.packages) == bool(everything)
    assert all(version_order(v) <= version_order(new.packages["jq"].version) for v in everything)


def test_a_snapshot_comes_back_from_its_file() -> None:
    new = refresh(snapshot("jq", "munge"), {"trixie": INDEX}, READ)
    assert Snapshot.model_validate(YAML(typ="safe", pure=True).load(dump_snapshot(new))) == new
