"""The log on disk: many writers, killed writers, keys."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import stat
from pathlib import Path

import pytest

from rackwright.diagnostics import InputError, StepFailed
from rackwright.evidence import EvidenceLog, read_record


def log_in(folder: Path) -> EvidenceLog:
    return EvidenceLog("demo", folder / "log", folder / "key.pem")


def filled(folder: Path, count: int = 3) -> EvidenceLog:
    log = log_in(folder)
    for index in range(count):
        log.append("up", {"run": index})
    return log


def _append(folder: Path, count: int) -> None:
    for index in range(count):
        log_in(folder).append("up", {"run": index})


def test_what_is_appended_holds_and_reads_back(tmp_path: Path) -> None:
    log = filled(tmp_path)
    assert [read_record(line).record.content["run"] for line in log.records()] == [0, 1, 2]
    assert (log.verify().records, log.verify().faults) == (3, ())


def test_only_the_owner_reads_the_private_key_and_it_stays_out_of_the_log(tmp_path: Path) -> None:
    log = filled(tmp_path)
    assert stat.S_IMODE(log.key_file.stat().st_mode) == 0o600
    assert b"PRIVATE" not in b"".join(path.read_bytes() for path in log.folder.iterdir())
    log.key_file.chmod(0o644)
    with pytest.raises(InputError, match="others can read"):
        log.append("up", {})


def test_writers_at_once_lose_and_mix_nothing(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn")
    writers = [start.Process(target=_append, args=(tmp_path, 15)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert (log_in(tmp_path).verify().records, log_in(tmp_path).verify().faults) == (45, ())


def test_a_torn_line_is_told_then_set_aside_by_the_next_record_that_says_so(tmp_path: Path) -> None:
    log = filled(tmp_path)
    with log.path.open("ab") as file:
        file.write(b'{"body":{"at":"2026')
    assert "torn (19 bytes)" in log.verify().notes[0]
    assert log.verify().holds
    sealed = log.append("up", {"run": 3})
    assert sealed.record.content["after_torn_line"]["bytes"] == 19
    assert (log.verify().records, log.verify().faults, log.verify().notes) == (4, (), ())


def test_a_head_that_a_killed_run_owes_is_written_by_the_next_one(tmp_path: Path) -> None:
    log = filled(tmp_path)
    old = log.head_path.read_bytes()
    log.append("up", {})
    log.head_path.write_bytes(old)
    assert "lags" in log.verify().notes[0]
    log.append("up", {})
    assert (log.verify().records, log.verify().notes) == (5, ())


def test_the_first_run_may_be_killed_at_any_step(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.append("up", {})
    log.head_path.unlink()
    log.public_path.unlink()
    log.append("up", {})
    assert (log.verify().records, log.verify().faults) == (2, ())


@pytest.mark.parametrize("removed", [1, 2, 3])
def test_a_log_cut_at_its_end_takes_no_more_records(tmp_path: Path, removed: int) -> None:
    log = filled(tmp_path)
    log.path.write_bytes(b"".join(line + b"\n" for line in list(log.records())[: 3 - removed]))
    before = log.path.read_bytes()
    with pytest.raises(StepFailed, match="takes no more records"):
        log.append("up", {})
    assert log.path.read_bytes() == before, "the proof of the removal must stay"
    assert not log.verify().holds


def test_a_log_without_its_key_is_not_continued_with_another(tmp_path: Path) -> None:
    log = filled(tmp_path)
    log.key_file.unlink()
    with pytest.raises(InputError, match="cannot read the evidence key"):
        log.append("up", {})
    assert log.verify().holds, "verification needs the public key alone"


@pytest.mark.parametrize("name", ["head.json", "public.pem"])
def test_every_changed_byte_of_head_and_public_key_is_found(tmp_path: Path, name: str) -> None:
    log = filled(tmp_path)
    path = log.folder / name
    data = path.read_bytes()
    for at in range(len(data) - 1):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert not log.verify().holds, at
    path.write_bytes(data)
    assert log.verify().holds


def test_a_key_that_somebody_noted_is_compared(tmp_path: Path) -> None:
    log = filled(tmp_path)
    known = log.verify().key
    assert log.verify(key_id=known).holds
    assert not log.verify(key_id="0" * 64).holds


def test_a_clock_that_went_back_is_told(tmp_path: Path) -> None:
    log = filled(tmp_path)
    log.append("up", {}, clock=lambda: dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert log.verify().holds
    assert "dated before" in log.verify().notes[0]
