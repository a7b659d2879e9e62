"""A bundle proves itself: nothing of the period is missing, nothing in it was changed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.diagnostics import InputError
from rackwright.evidence import EvidenceLog, Part, make_bundle, parse_period, select, verify_bundle
from rackwright.evidence.canonical import canonical, digest

MONTHS = (9, 10, 10, 11, 12)


@pytest.fixture
def log(tmp_path: Path) -> EvidenceLog:
    made = EvidenceLog("demo", tmp_path / "log", tmp_path / "key")
    for month in MONTHS:
        made.append("up", {"month": month}, clock=lambda month=month: dt.datetime(2026, month, 3, tzinfo=dt.UTC))
    return made


def bundle(log: EvidenceLog, period: str) -> bytes:
    chosen = parse_period(period)
    head = log.head()
    assert head is not None
    return make_bundle(chosen, [Part("demo", log.public_key(), head, select(log.records(), chosen))])


def with_records(data: bytes, records: list[str]) -> bytes:
    body = json.loads(data)
    del body["digest"]
    body["stacks"][0]["records"] = records
    return canonical(body | {"digest": digest(body)}) + b"\n"


@pytest.mark.parametrize(
    ("period", "inside"),
    [("2026", 5), ("2026-Q4", 4), ("2026-Q3", 1), ("2026-10", 2), ("2026-11", 1), ("2025", 0), ("2027", 0)],
)
def test_a_bundle_holds_for_every_period(log: EvidenceLog, period: str, inside: int) -> None:
    _, (verdict,) = verify_bundle(bundle(log, period))
    assert (verdict.faults, verdict.records) == ((), inside)


@pytest.mark.parametrize("period", ["2026", "2026-Q4", "2026-10", "2026-11"])
def test_each_record_taken_out_is_found_even_by_someone_who_makes_the_digest_anew(
    log: EvidenceLog, period: str
) -> None:
    data = bundle(log, period)
    records = json.loads(data)["stacks"][0]["records"]
    for at in range(len(records)):
        _, (verdict,) = verify_bundle(with_records(data, records[:at] + records[at + 1 :]))
        assert not verdict.holds, at
    assert not verify_bundle(with_records(data, []))[1][0].holds


def test_every_changed_byte_of_a_bundle_is_found(log: EvidenceLog) -> None:
    data = bundle(log, "2026-Q4")
    for at in range(0, len(data), 7):
        with pytest.raises(InputError, match="the bundle was changed"):
            verify_bundle(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


def test_a_bundle_of_another_key_is_found_by_who_knows_the_key(log: EvidenceLog) -> None:
    assert not verify_bundle(bundle(log, "2026"), key_id="0" * 64)[1][0].holds


@given(st.binary(max_size=300))
def test_any_other_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        verify_bundle(data)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-Q1", "2026-01-01", "2026-04-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
    ],
)
def test_a_period_is_a_year_a_quarter_or_a_month(text: str, start: str, end: str) -> None:
    period = parse_period(text)
    assert (period.start.date().isoformat(), period.end.date().isoformat()) == (start, end)


@pytest.mark.parametrize("text", ["", "26", "2026-Q5", "2026-13", "2026-00", "Q4-2026", "2026-Q4 ", "0000", "9999"])
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(InputError, match="is no period"):
        parse_period(text)
