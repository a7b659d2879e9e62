"""Python packages of the project's own lock, with which the playbooks run; pip checks every hash."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

from rackwright.diagnostics import StepFailed
from rackwright.mirror.manifest import Entry, entry_of

FOLDER = "wheels"
_SAVED = "Saved "
_LAST_LINES = 4
_HASH = re.compile(r"sha256:([0-9a-f]{64})")
"""A hash of the lock; a file with another one belongs to an earlier lock."""


def download(folder: Path, requirements: Path, on_progress: Callable[[str], None]) -> list[Entry]:
    """Every file that `requirements` (hash-pinned) names, from the index that pip is configured for.

    Files that are there are not fetched again. Raises `StepFailed` with pip's own complaint.
    """
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--no-deps", "--require-hashes", "--dest", str(target), "--requirement", str(requirements)]
    on_progress(f"Python packages of {requirements.name}")
    said: deque[str] = deque(maxlen=_LAST_LINES)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            said.append(line.strip())
            if line.startswith(_SAVED):
                on_progress(f"{FOLDER}/{Path(line.removeprefix(_SAVED).strip()).name}")
    if pip.returncode:
        hint = "check pip's index (pip config list)"
        raise StepFailed(f"could not fetch the Python packages: {'; '.join(said)}", where=str(requirements), hint=hint)
    pinned = set(_HASH.findall(requirements.read_text()))
    found = [entry_of(folder, path, "wheel", "pip") for path in sorted(target.iterdir()) if path.is_file()]
    return [entry for entry in found if entry.sha256 in pinned]
