"""Ctrl-C and SIGTERM, by which a pipeline cancels a job, end a run in order; what is ignored stays ignored."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import signal, sys
if "background" in sys.argv:  # so does a shell with a job in the background of a script
    signal.signal(signal.SIGINT, signal.SIG_IGN)
import rackwright.cli.app as app
import rackwright.cli.__main__ as entry

def wait(arguments):
    def command():
        print("ready", flush=True)
        sys.stdin.read()
        print("not stopped", flush=True)
    return app.run_guarded(command, as_json=False, crash_folder=None)

app.main = wait
sys.exit(entry.run())
"""


def stopped(signals: list[signal.Signals], *arguments: str) -> tuple[int, str, str]:
    """Exit code and output of a run that gets `signals`, and then the end of its input."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        for number in signals:
            run.send_signal(number)
        output, said = run.communicate(timeout=60)
    return run.returncode, output, said


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGTERM, 143, "ended by SIGTERM"), (signal.SIGINT, 130, "interrupted")]
)
def test_a_cancelled_run_says_how_to_go_on_and_by_what_it_was_ended(
    number: signal.Signals, code: int, word: str
) -> None:
    ended, _, said = stopped([number])
    assert ended == code
    assert f"{word}: what was done is recorded; run the same command again" in said


def test_ctrl_c_does_not_reach_a_job_in_the_background_of_a_script() -> None:
    assert stopped([signal.SIGINT], "background") == (0, "not stopped\n", "")


def test_sigterm_ends_a_job_in_the_background_of_a_script() -> None:
    code, _, said = stopped([signal.SIGINT, signal.SIGTERM], "background")
    assert code == 143
    assert "run the same command again" in said
