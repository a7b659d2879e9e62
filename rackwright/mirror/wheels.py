"""Python packages: those of the project's own lock, with which the playbooks run, and the wheels that nodes are given.

pip checks every hash. A page of links (`MIRROR_PAGE`) lets a node's pip find them on any server of files.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rackwright.catalog.gpu_repository import INDEX_OPTIONS, MIRROR_PAGE
from rackwright.diagnostics import StepFailed
from rackwright.lock.model import Lock, requirement_of
from rackwright.mirror.manifest import Entry, entry_of

FOLDER = MIRROR_PAGE.partition("/")[0]
_SAVED = "Saved "
_LAST_LINES = 4
_HASH = re.compile(r"sha256:([0-9a-f]{64})")
"""A hash of the lock; a file with another one belongs to an earlier lock."""


def download(folder: Path, requirements: Path, on_progress: Callable[[str], None]) -> list[Entry]:
    """Every file that `requirements` (hash-pinned) names, from the index that pip is configured for.

    Files that are there are not fetched again. Raises `StepFailed` with pip's own complaint.
    """
    on_progress(f"Python packages of {requirements.name}")
    _pip(folder, ["--requirement", str(requirements)], str(requirements), on_progress)
    return _pinned(folder, requirements.read_text())


def download_locked(folder: Path, lock: Lock, on_progress: Callable[[str], None]) -> list[Entry]:
    """The wheels of `lock`, from the index that each comes from; none of what is there is fetched again.

    Raises `StepFailed` with pip's own complaint.
    """
    wanted = {source: _lines(lock, source) for source in INDEX_OPTIONS}
    for source, lines in wanted.items():
        if lines:
            on_progress(f"wheels of the lock from {source}")
            half = folder / FOLDER / f".{source}.part"
            half.parent.mkdir(parents=True, exist_ok=True)
            half.write_text("\n".join(lines) + "\n")
            try:
                words = [*INDEX_OPTIONS[source], "--only-binary", ":all:", "--requirement", str(half)]
                _pip(folder, words, "; ".join(lines), on_progress)
            finally:
                half.unlink()
    return _pinned(folder, "\n".join(line for lines in wanted.values() for line in lines))


def write_page(folder: Path, entries: Iterable[Entry]) -> Entry:
    """The page that links to the files of `entries`, each with its hash, as pip's ``--find-links`` reads it."""
    names = sorted((Path(entry.path).name, entry.sha256) for entry in entries)
    links = "".join(f'<a href="{html.escape(name)}#sha256={digest}">{name}</a>\n' for name, digest in names)
    path = folder / MIRROR_PAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<!DOCTYPE html>\n<title>wheels</title>\n{links}")
    return entry_of(folder, path, "wheel", "made here")


def _lines(lock: Lock, source: str) -> list[str]:
    return [requirement_of(name, one) for name, one in sorted(lock.packages.items()) if one.source == source]


def _pip(folder: Path, words: Sequence[str], where: str, on_progress: Callable[[str], None]) -> None:
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--no-deps", "--require-hashes", "--dest", str(target), *words]
    said: deque[str] = deque(maxlen=_LAST_LINES)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            said.append(line.strip())
            if line.startswith(_SAVED):
                on_progress(f"{FOLDER}/{Path(line.removeprefix(_SAVED).strip()).name}")
    if pip.returncode:
        hint = "check pip's index (pip config list)"
        raise StepFailed(f"could not fetch the Python packages: {'; '.join(said)}", where=where, hint=hint)


def _pinned(folder: Path, text: str) -> list[Entry]:
    """Entries of the files there whose hash `text` names."""
    pinned = set(_HASH.findall(text))
    files = sorted(path for path in (folder / FOLDER).glob("*") if path.is_file())
    found = [entry_of(folder, path, "wheel", "pip") for path in files]
    return [entry for entry in found if entry.sha256 in pinned]
