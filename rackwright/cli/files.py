"""Files that a person names on the command line."""

from __future__ import annotations

from pathlib import Path

from rackwright.diagnostics import InputError


def write_whole(path: Path, content: bytes) -> None:
    """Write `path`, whole or not at all. InputError when it cannot be written."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError as problem:
        raise InputError(f"cannot write {path}: {problem.strerror}", where=str(path)) from problem
