"""Slurm host lists: ``node[0001-0032,0040]`` to names and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from rackwright.diagnostics import InputError

_ITEM = re.compile(r"([A-Za-z][\w.-]*?)(?:(\d+)|\[([\d,-]+)\])?")
_NUMBERED = re.compile(r"(.*?)(\d+)")


def expand(text: str) -> list[str]:
    """Names in a host list, in the order written; `InputError` where it cannot be read."""
    return [name for item in _items(text) for name in _names(item)]


def _items(text: str) -> list[str]:
    return [item for item in re.split(r",(?![^\[]*\])", text.replace(" ", "")) if item]


def _names(item: str) -> Iterator[str]:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise InputError(
            f"{item!r} is not a host list", hint="write it as node0001, node[0001-0032] or node[0001-0008,0012]"
        )
    prefix, _, inside = match.groups()
    if inside is None:
        yield item
        return
    for part in inside.split(","):
        first, _, last = part.partition("-")
        if not first or "-" in last or (last and int(last) < int(first)):
            raise InputError(f"{part!r} in {item!r} is not a range", hint="write the smaller number first: [0001-0032]")
        for number in range(int(first), int(last or first) + 1):
            yield f"{prefix}{number:0{len(first)}d}"


def compress(names: Iterable[str]) -> str:
    """Shortest host list of `names`: ``node[0001-0032]``; names with equal prefix and width join."""
    keyed = sorted({_key(name) for name in names})
    return ",".join(_bracket(group, [number for _, number in run]) for group, run in groupby(keyed, lambda key: key[0]))


def _key(name: str) -> tuple[tuple[str, int], int]:
    match = _NUMBERED.fullmatch(name)
    return ((match[1], len(match[2])), int(match[2])) if match else ((name, 0), 0)


def _bracket(group: tuple[str, int], numbers: list[int]) -> str:
    prefix, width = group
    if not width:
        return prefix
    runs = [f"{a:0{width}d}" if a == b else f"{a:0{width}d}-{b:0{width}d}" for a, b in _runs(numbers)]
    inside = ",".join(runs)
    return f"{prefix}{inside}" if len(numbers) == 1 else f"{prefix}[{inside}]"


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]
