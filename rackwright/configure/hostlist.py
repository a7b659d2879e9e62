"""Slurm's way to write many host names as one: ``train-[1-3,7]``. Pure.

Form: slurm.conf(5), "node_set". Names are compressed by their last number; leading zeros are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

_NUMBERED = re.compile(r"^(?P<prefix>.*?)(?P<digits>\d+)$")


def compress(names: Iterable[str]) -> str:
    """`names` as one host list, sorted; an empty text for no names. `expand` undoes it."""
    parted = sorted({_part(name) for name in names})
    parts = [_write(prefix, width, numbers) for prefix, width, numbers in _families(parted)]
    return ",".join(parts)


def expand(text: str) -> list[str]:
    """Names in a host list that `compress` wrote, in its order."""
    return [name for part in re.findall(r"[^,\[]+(?:\[[^\]]*\])?", text) for name in _expand_part(part)]


def _part(name: str) -> tuple[str, int, int]:
    """Prefix, width of the number (0 for none, 1 without leading zeros) and number."""
    found = _NUMBERED.match(name)
    if found is None:
        return name, 0, 0
    digits = found["digits"]
    return found["prefix"], len(digits) if digits.startswith("0") and len(digits) > 1 else 1, int(digits)


def _families(parted: Sequence[tuple[str, int, int]]) -> Iterator[tuple[str, int, list[int]]]:
    for (prefix, width), members in groupby(parted, key=lambda part: part[:2]):
        yield prefix, width, [number for *_, number in members]


def _write(prefix: str, width: int, numbers: Sequence[int]) -> str:
    if width == 0:
        return prefix
    if len(numbers) == 1:
        return f"{prefix}{numbers[0]:0{width}d}"
    ranges = [_range(run, width) for run in _runs(numbers)]
    return f"{prefix}[{','.join(ranges)}]"


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    """Stretches of numbers that follow one another."""
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        yield [number for _, number in run]


def _range(run: Sequence[int], width: int) -> str:
    first, last = (f"{number:0{width}d}" for number in (run[0], run[-1]))
    return first if len(run) == 1 else f"{first}-{last}"


def _expand_part(part: str) -> Iterator[str]:
    prefix, bracket, inside = part.partition("[")
    if not bracket:
        yield prefix
        return
    for piece in inside.rstrip("]").split(","):
        first, _, last = piece.partition("-")
        yield from (f"{prefix}{number:0{len(first)}d}" for number in range(int(first), int(last or first) + 1))
