"""Whatever is done to a log afterwards is found, and the place is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.evidence import EvidenceLog, PublicKey, new_key
from rackwright.evidence.record import GENESIS, Head, Record, head_after, seal
from rackwright.evidence.verify import Verdict, verify_log

KEY, OTHER = new_key(), new_key()
START = dt.datetime(2026, 11, 21, 13, tzinfo=dt.UTC)


def stamp(minutes: int) -> str:
    return (START + dt.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def chain(count: int, signer=KEY, stack: str = "demo", note: str = "") -> tuple[list[bytes], Head]:
    lines, previous = [], GENESIS
    for index in range(count):
        content = {"outcome": f"run {index} done é{note}", "counts": {"passed": index}}
        sealed = seal(Record(stack, index, previous, stamp(index), "up", signer.public.id, content), signer)
        lines.append(sealed.line)
        previous = sealed.hash
    return lines, head_after(sealed, signer)


LINES, HEAD = chain(6)


def judge(lines: list[bytes], torn: bytes = b"", head: Head | None = HEAD, key: PublicKey = KEY.public) -> Verdict:
    return verify_log("demo", lines, torn, head, key)


def places(verdict: Verdict) -> list[str]:
    return [fault.where for fault in verdict.faults]


def judge_bytes(data: bytes) -> Verdict:
    *lines, torn = data.split(b"\n")
    return judge(lines, torn)


def test_a_log_as_it_was_written_holds() -> None:
    verdict = judge(LINES)
    assert (verdict.faults, verdict.notes, verdict.records, verdict.head) == ((), (), 6, HEAD.hash)


@given(st.integers(0, sum(len(line) + 1 for line in LINES) - 1), st.integers(1, 255))
def test_a_changed_byte_anywhere_is_found_and_its_record_is_named(at: int, difference: int) -> None:
    data = bytearray(b"".join(line + b"\n" for line in LINES))
    record = bytes(data[:at]).count(b"\n")
    data[at] ^= difference
    verdict = judge_bytes(bytes(data))
    assert not verdict.holds
    assert any(f"(record {record})" in fault.where or f"record {record} " in fault.what for fault in verdict.faults)


@given(st.integers(0, sum(len(line) + 1 for line in LINES) - 1))
def test_a_byte_taken_out_or_put_in_is_found(at: int) -> None:
    data = b"".join(line + b"\n" for line in LINES)
    assert not judge_bytes(data[:at] + data[at + 1 :]).holds
    assert not judge_bytes(data[:at] + b"7" + data[at:]).holds


@given(st.integers(0, 5), st.integers(1, 5))
def test_removed_records_are_named(first: int, count: int) -> None:
    last = min(first + count, 6) - 1
    verdict = judge(LINES[:first] + LINES[last + 1 :])
    named = f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
    assert len(verdict.faults) == 1
    assert named in verdict.faults[0].what


def test_removing_everything_is_found_while_the_head_is_there() -> None:
    assert "records 0 to 5 are missing" in judge([]).faults[0].what


@given(st.integers(0, 5), st.integers(0, 5))
def test_two_records_that_changed_places_are_found(one: int, other: int) -> None:
    swapped = list(LINES)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    verdict = judge(swapped)
    assert verdict.holds == (one == other)
    assert one == other or any(f"line {max(one, other) + 1}" in place for place in places(verdict))


@given(st.integers(0, 6), st.integers(0, 5))
def test_a_record_put_in_twice_is_found(at: int, which: int) -> None:
    verdict = judge([*LINES[:at], LINES[which], *LINES[at:]])
    assert not verdict.holds


@given(st.integers(0, 6), st.binary(max_size=200).filter(lambda data: b"\n" not in data))
def test_a_foreign_line_put_in_is_found(at: int, line: bytes) -> None:
    verdict = judge([*LINES[:at], line, *LINES[at:]])
    assert places(verdict)[0].startswith(f"line {at + 1} ")


@pytest.mark.parametrize("forged", [chain(6, OTHER)[0][3], chain(6, stack="other")[0][3], chain(6, note="!")[0][3]])
def test_a_record_of_another_key_stack_or_history_in_place_of_one_is_found(forged: bytes) -> None:
    verdict = judge([*LINES[:3], forged, *LINES[4:]])
    assert "(record 3)" in places(verdict)[0]


def test_a_history_written_anew_with_another_key_is_not_this_keys() -> None:
    lines, head = chain(6, OTHER)
    assert len(judge(lines, head=head).faults) == 7


def test_an_older_head_with_the_whole_log_is_found_and_so_is_a_missing_one() -> None:
    assert places(judge(LINES, head=chain(3)[1])) == ["head"]
    assert places(judge(LINES, head=None)) == ["head"]
    assert places(judge(LINES, head=chain(6, OTHER)[1])) == ["head"]


def test_what_a_killed_run_leaves_is_a_note_and_no_fault() -> None:
    assert "torn" in judge(LINES, torn=LINES[0][:40]).notes[0]
    assert "lags" in judge(LINES, head=chain(5)[1]).notes[0]
    assert judge(LINES[:1], head=None).holds


def test_a_cut_off_last_record_does_not_pass_for_a_torn_line() -> None:
    verdict = judge(LINES[:5], torn=LINES[5][:-1])
    assert "record 5 is missing at the end" in verdict.faults[0].what


def test_an_old_log_with_its_old_head_is_only_found_by_who_noted_a_newer_one(tmp_path: Path) -> None:
    log = EvidenceLog("demo", tmp_path, tmp_path / "key")
    log.append("up", {})
    old = [(path, path.read_bytes()) for path in (log.path, log.head_path)]
    noted = log.append("up", {}).hash
    for path, data in old:
        path.write_bytes(data)
    assert log.verify().holds, "documented: offline nobody can know better"
    assert not log.verify(wanted=noted).holds
