"""Earlier audits of a stack: one line each in ``audits.jsonl`` beside its evidence log, oldest first."""

from __future__ import annotations

import os
from pathlib import Path

from policies.trend import Mark, read_mark
from rackwright.diagnostics import InputError
from rackwright.pipeline.proof.checkout import git

NAME = "audits.jsonl"
SHOWN = 5
"""Earlier audits that an error names."""


def read_history(folder: Path) -> list[Mark]:
    """Every earlier audit that can be read; a line that a killed run left half-written is passed over."""
    path = folder / NAME
    if not path.exists():
        return []
    marks = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            marks.append(read_mark(line))
        except ValueError:
            continue
    return marks


def append_mark(folder: Path, mark: Mark) -> None:
    """Add `mark`, on the disk before this returns."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("ab+") as file:
        torn = file.tell() and not _ends_line(file.fileno(), file.tell())
        file.write(b"\n" * bool(torn) + mark.as_json().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_line(descriptor: int, size: int) -> bool:
    return os.pread(descriptor, 1, size - 1) == b"\n"


def audit_at(history: list[Mark], since: str, root: Path) -> Mark:
    """The newest audit of commit `since` (a name that git knows, or the beginning of a hash), or of one before it.

    Raises `InputError` when git does not know `since`, or no audit is that old.
    """
    wanted = git(root, "rev-parse", "--verify", "--quiet", f"{since}^{{commit}}")
    if not wanted:
        raise InputError(f"git knows no commit {since!r}", where="--since", hint="git log --oneline names them")
    for mark in reversed(history):
        if mark.commit and (mark.commit == wanted or _is_before(root, mark.commit, wanted)):
            return mark
    known = ", ".join(f"{mark.commit[:10]} ({mark.at[:10]})" for mark in history[-SHOWN:] if mark.commit)
    raise InputError(
        f"there is no audit of commit {since!r} or of one before it",
        where="--since",
        hint=f"audited commits: {known}" if known else "this is the first audit of the stack that knows its commit",
    )


def _is_before(root: Path, ancestor: str, commit: str) -> bool:
    return git(root, "merge-base", "--is-ancestor", ancestor, commit) is not None
