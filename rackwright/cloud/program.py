"""Start programs and turn their failures into one clear message."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from rackwright.diagnostics import StepFailed

LAST_LINES = 4
"""Lines of a failed program's output that go into the message; the rest stays in its log."""


def last_lines(text: str, count: int = LAST_LINES) -> str:
    """The last non-empty lines of `text`, joined by ``; ``."""
    return "; ".join([line.strip() for line in text.splitlines() if line.strip()][-count:])


def run(
    command: Sequence[str | Path],
    *,
    what: str,
    hint: str | None = None,
    text_in: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout_s: float = 120,
) -> str:
    """Run `command` and return what it printed. Raises `StepFailed` saying that `what` could not be done."""
    program = str(command[0])
    try:
        done = subprocess.run(
            [str(part) for part in command],
            input=text_in,
            env=env,
            cwd=cwd,
            timeout=timeout_s,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as cause:
        raise StepFailed(f"could not {what}: the program {program} is missing", hint=hint) from cause
    except subprocess.TimeoutExpired as cause:
        raise StepFailed(f"could not {what}: {program} took longer than {timeout_s:g} s", hint=hint) from cause
    if done.returncode != 0:
        said = last_lines(done.stderr) or last_lines(done.stdout) or "it said nothing"
        raise StepFailed(f"could not {what}: {program} ended with {done.returncode}: {said}", hint=hint)
    return done.stdout
