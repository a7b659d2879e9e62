import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rackwright.catalog.security import Fix, build_floors, load_floors
from rackwright.catalog.software import read_yaml
from rackwright.catalog.version import version_order

TODAY = dt.date(2026, 11, 21)


def fix(**changes: object) -> Fix:
    row = {"product": "driver", "line": "580", "fixed": "580.95.05", "published": TODAY, "bulletin": "1"}
    return Fix.model_validate(row | {"cvss": 7, "cves": ["CVE-1"]} | changes)


@pytest.mark.parametrize(
    ("product", "unsafe", "floor"),
    [
        ("driver", "580.126.20", "580.159.03"),
        ("driver", "595.58.03", "595.71.05"),
        ("container-toolkit", "1.17.8", "1.19.1"),
        ("gpu-operator", "25.10.1", "26.3.2"),
        ("slurm", "26.05.1", "26.05.4"),
        ("dcgm", "4.4.2", "4.5.3"),
    ],
)
def test_the_newest_bulletin_of_the_branch_is_the_floor(product: str, unsafe: str, floor: str) -> None:
    found = load_floors().floor(product, unsafe, TODAY)
    assert found is not None
    assert found.fixed == floor
    assert not load_floors().is_safe(product, unsafe, TODAY)
    assert load_floors().is_safe(product, floor, TODAY)


def test_the_two_container_escapes_set_their_floors_from_the_day_they_were_published() -> None:
    floors = load_floors()
    for version, day, cve in [("1.16.1", "2024-09-25", "CVE-2024-0132"), ("1.17.7", "2025-08-12", "CVE-2025-23266")]:
        published = dt.date.fromisoformat(day)
        found = floors.floor("container-toolkit", version, published)
        assert found is not None
        assert cve in found.cves
        assert not floors.is_safe("container-toolkit", version, published)
        before = floors.floor("container-toolkit", version, published - dt.timedelta(days=1))
        assert before is None or cve not in before.cves


def test_a_branch_without_a_bulletin_has_no_floor() -> None:
    assert load_floors().floor("driver", "610.57.04", TODAY) is None
    assert load_floors().floor("driver", "5801.1", TODAY) is None, "5801 is not branch 580"


def test_a_row_whose_version_is_of_another_branch_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"575\.274\.02 is no version of line 535"):
        fix(line="535", fixed="575.274.02")


def test_what_the_bulletins_printed_wrongly_is_listed_apart_and_really_contradicts_itself() -> None:
    refused = read_yaml("security")["refused"]
    assert len(refused) == 5
    for row in refused:
        with pytest.raises(ValidationError):
            fix(line=row["line"], fixed=row["printed"].split("(")[0])


fixes = st.builds(
    fix,
    fixed=st.sampled_from(["580.65.06", "580.95.05", "580.126.09", "580.159.03"]),
    published=st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)),
    bulletin=st.integers(1, 9).map(str),
)


@given(
    st.lists(fixes),
    st.sampled_from(["580.65.06", "580.105.08", "580.173.02"]),
    st.dates(dt.date(2025, 1, 1), dt.date(2027, 1, 1)),
)
def test_a_floor_never_sinks_as_time_goes_by(rows: list[Fix], version: str, day: dt.date) -> None:
    floors = build_floors(rows)
    now, later = floors.floor("driver", version, day), floors.floor("driver", version, day + dt.timedelta(days=100))
    assert now is None or (later is not None and version_order(later.fixed) >= version_order(now.fixed))
    assert build_floors(reversed(rows)).is_safe("driver", version, day) == floors.is_safe("driver", version, day)
