"""A pipeline that cancels a job sends SIGTERM: the run ends as after Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import signal, sys
import rackwright.cli.app as app
import rackwright.cli.__main__ as entry

def wait(arguments):
    def command():
        print("ready", flush=True)
        signal.pause()
    return app.run_guarded(command, as_json=False, crash_folder=None)

app.main = wait
sys.exit(entry.run())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_cancelled_run_says_how_to_go_on_and_exits_as_interrupted(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        run.send_signal(number)
        _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "run the same command again" in said
