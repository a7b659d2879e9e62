"""``rw check --online``: three answers on the screen, in JSON and in the exit code."""

from __future__ import annotations

import json

import pytest

from rackwright.cli import model
from rackwright.cli.app import main
from rackwright.cli.online import online_exit_code
from rackwright.preflight.online import Answer, OnlineVerdict

PASSED = OnlineVerdict("offering", Answer.PASSED, ("pools",), "it is offered")
UNREAD = OnlineVerdict("vcpu-quota", Answer.NOT_CHECKED, ("pools",), "no permission for service-quotas:List")
FULL = OnlineVerdict("launch", Answer.FAILED, ("pools", "train"), "no capacity", "try elsewhere", capacity=True)
WRONG = OnlineVerdict("image", Answer.FAILED, ("pools", "train"), "there is no image", "check id")


@pytest.mark.parametrize(
    ("found", "code"),
    [((), 0), ((PASSED,), 0), ((PASSED, UNREAD), 0), ((FULL, UNREAD), 3), ((WRONG,), 2), ((WRONG, FULL), 2)],
)
def test_the_exit_code_tells_a_lack_of_capacity_from_a_mistake(found: tuple[OnlineVerdict, ...], code: int) -> None:
    assert online_exit_code(found) == code


def test_every_answer_is_shown_with_place_and_way_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(model, "ask_provider", lambda *_: (PASSED, UNREAD, FULL))
    assert main(["check", "local", "--online"]) == 3
    told = capsys.readouterr().err
    assert "not checked no permission for service-quotas:List" in told
    assert "(pools.train)\n  try  try elsewhere" in told
    assert "online: 1 passed, 1 failed, 1 not checked" in told
    assert "can be built" not in told


def test_programs_get_one_document(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(model, "ask_provider", lambda *_: (PASSED, FULL))
    assert main(["check", "local", "--online", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert [one["answer"] for one in found["online"]] == ["passed", "failed"]
    assert found["online"][1]["capacity"] is True


def test_a_site_has_no_provider_to_ask_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "dgx-h100-4su", "--online", "--json"]) == 0
    assert [one["answer"] for one in json.loads(capsys.readouterr().out)["online"]] == ["not checked"]
