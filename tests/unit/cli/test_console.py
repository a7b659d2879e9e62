"""Asking before a change: what is shown, what counts as yes, and what happens where nobody can answer."""

from __future__ import annotations

import builtins
import sys

import pytest

from rackwright.cli.console import confirm


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(builtins, "input", lambda *_: answer)


@pytest.mark.parametrize(("answer", "meant"), [("y", True), (" YES ", True), ("", False), ("n", False), ("ja", False)])
def test_only_yes_is_yes(answer: str, meant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, answer)
    assert confirm("Go?", yes=False) is meant


def test_the_question_shows_what_may_be_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, "n")
    confirm("Destroy [red]x[/]?", yes=False)
    assert "Destroy [red]x[/]? [y/N]" in capsys.readouterr().err


def test_where_nobody_can_answer_the_flag_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert not confirm("Go?", yes=False)
    assert "--yes" in capsys.readouterr().err
