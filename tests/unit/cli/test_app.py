"""The command line itself: wrong flags, missing arguments, no arguments, Ctrl-C; none of them is a bug."""

from __future__ import annotations

import json

import pytest

from rackwright.cli import __main__ as entry
from rackwright.cli import app as cli
from rackwright.cli import model


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch"], "no such command 'nosuch'"),
        (["up"], "missing argument 'stack'"),
        (["up", "local", "extra"], "extra"),
        (["up", "local", "--frce"], "no such option: --frce"),
        (["up", "local", "--engine", "foo"], "'auto', 'embedded', 'cli'"),
        (["fabric", "check"], "missing argument"),
        (["check", "--"], "missing argument 'stack'"),
    ],
)
def test_a_wrong_command_line_is_the_persons_mistake(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    shown = capsys.readouterr().err.replace("STACK", "stack")
    assert said in shown
    assert "--help" in shown
    assert "bug" not in shown


@pytest.mark.parametrize("arguments", [[], ["catalog"], ["fabric"], ["tools"]])
def test_no_arguments_show_the_help_and_no_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    shown = capsys.readouterr()
    assert "Usage" in shown.out + shown.err
    assert "error" not in shown.err


def test_programs_get_a_wrong_command_line_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["up", "local", "--frce", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["where"] == "rw up"


def test_what_stands_after_two_dashes_is_not_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ssh", "nosuch", "node", "--", "cmd", "--json"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "there is no stack 'nosuch'" in shown.err


@pytest.mark.parametrize("ended", [KeyboardInterrupt, EOFError])
def test_ctrl_c_and_ctrl_d_say_how_to_go_on(
    ended: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise ended

    monkeypatch.setattr(model, "open_stack", stop)
    assert cli.main(["check", "local"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_ctrl_c_while_the_program_is_read_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry.importlib, "import_module", stop)
    assert entry.run() == 130
    assert capsys.readouterr().err == "interrupted\n"
