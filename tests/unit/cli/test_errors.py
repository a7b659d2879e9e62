"""How errors look to a person and to a program, and which exit code they give."""

from __future__ import annotations

import errno
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from rackwright.cli.errors import run_guarded
from rackwright.diagnostics import (
    CapacityError,
    ClusterError,
    InputError,
    NotAccepted,
    PolicyRefused,
    Problem,
    StepFailed,
)


def raising(problem: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise problem

    return command


@pytest.mark.parametrize(
    ("kind", "code"), [(InputError, 2), (CapacityError, 3), (StepFailed, 4), (PolicyRefused, 5), (NotAccepted, 6)]
)
def test_each_kind_of_error_has_its_exit_code(kind: type[ClusterError], code: int, tmp_path: Path) -> None:
    assert run_guarded(raising(kind("no")), as_json=False, crash_folder=tmp_path) == code


def test_all_mistakes_are_shown_with_place_and_way_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mistakes = tuple(Problem(f"x.yaml:{n}:1", f"value {n} is wrong", f"use {n + 1}", f"RW-X-00{n}") for n in (1, 2))
    run_guarded(raising(InputError("2 mistakes", problems=mistakes)), as_json=False, crash_folder=tmp_path)
    shown = capsys.readouterr().err
    for text in ("2 mistakes", "value 1 is wrong", "x.yaml:2:1", "use 3", "RW-X-002"):
        assert text in shown


def test_markup_in_a_message_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_guarded(raising(StepFailed("[red]x[/] [/nonsense]", where="a[0]")), as_json=False, crash_folder=tmp_path)
    assert "[red]x[/] [/nonsense]" in capsys.readouterr().err


def test_programs_get_the_error_as_data_on_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = InputError("bad", where="x", hint="y", problems=(Problem("a", "b"),))
    assert run_guarded(raising(problem), as_json=True, crash_folder=tmp_path) == 2
    data = json.loads(capsys.readouterr().out)["error"]
    assert data["exit_code"] == 2
    assert data["problems"] == [{"where": "a", "summary": "b", "hint": None, "rule": None}]


def test_a_bug_is_called_one_and_its_traceback_kept_in_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_guarded(raising(ZeroDivisionError("oops")), as_json=False, crash_folder=tmp_path) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert "ZeroDivisionError" in next(tmp_path.glob("crash-*.txt")).read_text()


def test_an_interruption_says_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_guarded(raising(KeyboardInterrupt()), as_json=False, crash_folder=tmp_path) == 130
    assert "run the same command again" in capsys.readouterr().err


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.ENOTDIR])
def test_a_machine_that_refuses_is_not_our_bug(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = OSError(number, "it says no", "/some/file")
    assert run_guarded(raising(refused), as_json=False, crash_folder=tmp_path / "crashes") == 4
    shown = capsys.readouterr().err
    for text in ("it says no", "/some/file", "run the same command again"):
        assert text in shown
    assert not (tmp_path / "crashes").exists()


def test_a_full_disk_without_a_name_is_placed_in_our_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert run_guarded(raising(full), as_json=False, crash_folder=tmp_path / ".rw" / "crashes") == 4
    assert f"at   {tmp_path / '.rw'}" in capsys.readouterr().err


def test_a_bug_where_nothing_can_be_written_still_ends_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "file"
    taken.touch()
    monkeypatch.setattr(tempfile, "tempdir", str(taken))
    assert run_guarded(raising(ZeroDivisionError("oops")), as_json=False, crash_folder=taken / "crashes") == 1
    shown = capsys.readouterr().err
    assert "oops" in shown
    assert "Traceback" not in shown


def test_programs_get_a_bug_as_data_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_guarded(raising(ZeroDivisionError("oops")), as_json=True, crash_folder=tmp_path) == 1
    assert json.loads(capsys.readouterr().out)["error"]["exit_code"] == 1
