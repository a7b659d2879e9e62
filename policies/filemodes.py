"""Owners and modes of files, as collectors report them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.rule import UNKNOWN, Resource, Unknown

OWNERS = ("root", "etcd")
PRIVATE = 0o600


def mode_of(file: Mapping[str, Any]) -> int | None:
    """Mode as a number; None where it is no mode."""
    try:
        return int(str(file.get("mode")), 8)
    except ValueError:
        return None


def excess(mode: int, most: int) -> int:
    """Bits that `mode` has beyond `most`."""
    return mode & ~most & 0o7777


def loose(resource: Resource, section: str, *, most: int, private: Sequence[str] = ()) -> Iterator[str]:
    """What is wrong with the files of a section: not root's, or more than `most` (0600 where the path is `private`)."""
    files = resource.value(section)
    for path, file in files.items() if isinstance(files, Mapping) else ():
        if file is UNKNOWN:
            raise Unknown(f"{section}.{path}")
        if isinstance(file, Mapping):
            allowed = PRIVATE if any(part in str(path) for part in private) else most
            yield from _faults(str(path), file, allowed)


def _faults(path: str, file: Mapping[str, Any], most: int) -> Iterator[str]:
    owner, mode = file.get("owner"), mode_of(file)
    if owner not in OWNERS:
        yield f"{path} belongs to {owner}"
    if mode is None or excess(mode & 0o666, most):
        yield f"{path} has mode {file.get('mode')}, expected {most:04o} or less"
