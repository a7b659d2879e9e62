"""Python packages of the project's own lock, with which the playbooks run; pip checks every hash."""

from __future__ import annotations

import sys
from pathlib import Path

from rackwright.cloud import program
from rackwright.mirror.manifest import Entry, entry_of

FOLDER = "wheels"


def download(folder: Path, requirements: Path) -> list[Entry]:
    """Every file that `requirements` (hash-pinned) names, from the index that pip is configured for."""
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--dest", str(target), "--requirement", str(requirements)]
    hint = "check pip's index (pip config list)"
    program.run(command, what="fetch the Python packages", hint=hint, timeout_s=1800)
    return [entry_of(folder, path, "wheel", "pip") for path in sorted(target.iterdir()) if path.is_file()]
