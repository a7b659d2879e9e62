"""Slurm's way to write many host names as one: ``train-[1-3,7]``, ``node[0001-0032]``. Pure.

Form: slurm.conf(5), "node_set". Names are compressed by their last number. Leading zeros are kept, and a number that
has outgrown them stays in its family: ``node[0999-1000]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from rackwright.diagnostics import InputError

_ITEM = re.compile(r"([A-Za-z][\w.-]*?)(?:(\d+)|\[([\d,-]+)\])?")
_NUMBERED = re.compile(r"(.*?)(\d+)")


def expand(text: str) -> list[str]:
    """Names in a host list, in the order written; `InputError` where it cannot be read."""
    return [name for item in _items(text) for name in _names(item)]


def compress(names: Iterable[str]) -> str:
    """Shortest host list of `names`, sorted; an empty text for no names. `expand` undoes it."""
    plain, numbered = _parted(set(names))
    widths = _widths(numbered)
    keyed = sorted((prefix, _width(digits, widths.get(prefix, ())), int(digits)) for prefix, digits in numbered)
    families = groupby(keyed, key=lambda key: key[:2])
    found = [(prefix, _written(prefix, width, [key[2] for key in run])) for (prefix, width), run in families]
    return ",".join(text for _, text in sorted([*found, *((name, name) for name in plain)]))


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
        yield from (f"{prefix}{number:0{len(first)}d}" for number in range(int(first), int(last or first) + 1))


def _parted(names: Iterable[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Names that end in no number, and prefix and digits of the others."""
    matches = {name: _NUMBERED.fullmatch(name) for name in names}
    plain = [name for name, match in matches.items() if match is None]
    return plain, [(match[1], match[2]) for match in matches.values() if match is not None]


def _widths(numbered: Iterable[tuple[str, str]]) -> Mapping[str, set[int]]:
    """Prefix -> lengths of its numbers that have leading zeros."""
    found: dict[str, set[int]] = {}
    for prefix, digits in numbered:
        if digits.startswith("0"):
            found.setdefault(prefix, set()).add(len(digits))
    return found


def _width(digits: str, padded: Iterable[int]) -> int:
    """Length that a number is filled up to: its own with leading zeros, else that of a family that it has outgrown."""
    if digits.startswith("0"):
        return len(digits)
    return max((width for width in padded if width <= len(digits)), default=1)


def _written(prefix: str, width: int, numbers: Sequence[int]) -> str:
    runs = [_range(run, width) for run in _runs(numbers)]
    return f"{prefix}{runs[0]}" if len(numbers) == 1 else f"{prefix}[{','.join(runs)}]"


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    """Stretches of numbers that follow one another."""
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        yield [number for _, number in run]


def _range(run: Sequence[int], width: int) -> str:
    first, last = (f"{number:0{width}d}" for number in (run[0], run[-1]))
    return first if len(run) == 1 else f"{first}-{last}"
