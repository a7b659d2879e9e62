"""What a mirror holds: path, size and SHA-256 of every file, and the comparison with what lies there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rackwright.diagnostics import InputError

NAME = "manifest.json"
PARTIAL = ".part"
"""End of the name of a file that is still being fetched."""
_BLOCK = 1 << 20

Kind = Literal["package", "image", "chart", "file", "wheel", "index"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file."""

    path: str
    """Below the mirror's folder, with ``/``."""
    sha256: str
    size: int
    kind: Kind
    origin: str = ""
    """Where it came from; empty for what was made here."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as the manifest says."""

    path: str
    problem: Literal["missing", "changed", "foreign"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every file of a mirror."""

    stack: str
    entries: Mapping[str, Entry]

    def text(self) -> str:
        """As JSON, sorted, so that the same content gives the same bytes."""
        listed = [asdict(self.entries[path]) for path in sorted(self.entries)]
        return json.dumps({"version": 1, "stack": self.stack, "files": listed}, indent=1) + "\n"

    def write(self, folder: Path) -> None:
        """Write it into `folder`, whole or not at all."""
        new = folder / f"{NAME}{PARTIAL}"
        new.write_text(self.text())
        new.replace(folder / NAME)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the mirror in `folder`; `InputError` where there is none or it cannot be read."""
    path = folder / NAME
    try:
        tree = json.loads(path.read_text())
        return Manifest(str(tree["stack"]), {item["path"]: Entry(**item) for item in tree["files"]})
    except FileNotFoundError as cause:
        raise InputError(
            f"{folder} is no mirror", where=str(path), hint="./rw mirror sync <stack> makes one"
        ) from cause
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise InputError(f"the manifest of {folder} cannot be read: {cause}", where=str(path)) from cause


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def entry_of(folder: Path, path: Path, kind: Kind, origin: str = "") -> Entry:
    """The entry of a file that lies in the mirror."""
    return Entry(path.relative_to(folder).as_posix(), hash_file(path), path.stat().st_size, kind, origin)


def verify(folder: Path, on_file: Callable[[str], object] = str) -> list[Difference]:
    """Everything that is not as the manifest of `folder` says, by path; every file is read, and told to `on_file`."""
    manifest = read_manifest(folder)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        judged = pool.map(lambda entry: _judge(folder, entry, on_file), manifest.entries.values())
        found = [difference for difference in judged if difference is not None]
    foreign = [Difference(path, "foreign") for path in files_in(folder) if path not in manifest.entries]
    return sorted([*found, *foreign], key=lambda difference: difference.path)


def files_in(folder: Path) -> Iterable[str]:
    """Paths of all files of a mirror but the manifest."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if (path.is_file() or path.is_symlink()) and relative != NAME:
            yield relative


def _judge(folder: Path, entry: Entry, on_file: Callable[[str], object]) -> Difference | None:
    path = folder / entry.path
    on_file(entry.path)
    if path.is_symlink() or not path.is_file():
        return Difference(entry.path, "missing")
    size = path.stat().st_size
    if size != entry.size:
        return Difference(entry.path, "changed", f"{size} bytes, expected {entry.size}")
    digest = hash_file(path)
    return None if digest == entry.sha256 else Difference(entry.path, "changed", f"sha256 {digest}")
