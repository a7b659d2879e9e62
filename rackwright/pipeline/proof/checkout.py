"""What git says of the checkout. Where it cannot say, the answer is None, never a guess."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

GIT_TIMEOUT_S = 30.0
"""Longest wait for git; after that the answer is not known."""


def commit_of(root: Path) -> dict[str, object]:
    """The commit, and whether anything but the evidence differs from it; both None where git cannot say."""
    commit = git(root, "rev-parse", "HEAD")
    changes = git(root, "status", "--porcelain", "--", ".", ":(exclude)evidence")
    return {"commit": commit, "dirty": None if commit is None or changes is None else bool(changes)}


def git(root: Path, *arguments: str) -> str | None:
    """What ``git`` prints in `root`; None when it fails."""
    environment = os.environ | {"GIT_OPTIONAL_LOCKS": "0"}
    try:
        found = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            timeout=GIT_TIMEOUT_S,
            check=True,
            env=environment,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
