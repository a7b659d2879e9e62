"""A spec from a document with mistakes: what is wrong is replaced, so that the rest can still be judged.

Without this a person who mistyped a unit would learn of an unknown machine only at the second try. The result is for
finding further mistakes and for nothing else; `Draft.believes` says which of them do not come from a replacement.
"""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rackwright.diagnostics import Problem
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.example import EXAMPLE
from rackwright.spec.mistakes import choices_of, path_of, problems_at
from rackwright.spec.places import Path, Places

ROUNDS = 12
"""Each round mends what the last one found; a replaced part can show mistakes inside it."""

POOL_DEPTH = 2
"""Keys to a pool: ``pools.train``. Other parts name pools, so a wrong one stays under its name."""

_STAND_INS: dict[str, Any] = {
    "classification": "public",
    "role": "cpu",
    "machine": "m7i.4xlarge",
    "nodes": 2,
    "region": "us-east-1",
    "zone_ids": ["use1-az6"],
    "mount": "/stand-in",
    "capacity": "4800 GiB",
    "reason": "stands in for one that was not written",
    "owner": "nobody@example.org",
    "expires": "9999-12-31",
    "max": 2,
}
"""Stands in for a required part, by the last key of its path."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be made of a document with mistakes."""

    problems: tuple[Problem, ...]
    """Every mistake of form, in the order of the file; none means that `spec` is the person's own."""
    spec: ClusterSpec | None
    """The spec with stand-ins; None when too little was left."""
    replaced: frozenset[Path] = frozenset()
    """Parts that are not the person's."""

    def believes(self, path: Path) -> bool:
        """Whether a fault at `path` is the person's and does not come from a stand-in."""
        return bool(path) and not self._touches(path)

    @property
    def knows_target(self) -> bool:
        """Whether the target is the person's, without which little can be judged."""
        return not self.replaced & {("target",), ("target", "kind")}

    def _touches(self, path: Path) -> bool:
        """Whether something at, in or beside `path` was replaced. A machine's name stands for itself alone."""
        alone = path[-1] == "machine" or (len(path) == 1 and self.spec is not None and self.spec.was_written(path))
        near = path if alone else path[:-1] or path
        return any(_within(one, near) or _within(path, one) for one in self.replaced)


def salvage(document: dict[str, Any], places: Places) -> Draft:
    """Every mistake of form in `document`, and the spec that is left when they are replaced."""
    problems: dict[Path, Problem] = {}
    replaced: set[Path] = set()
    left, places = copy.deepcopy(document), replace(places, marks=dict(places.marks))
    for _ in range(ROUNDS):
        try:
            spec = ClusterSpec.model_validate(left).placed(places)
        except ValidationError as found:
            new = problems_at(found, left, places)
            problems = {path: one for path, one in new.items() if not _known(path, replaced)} | problems
            for error in found.errors(include_url=False):
                _mend(left, error, replaced, places)
        else:
            return Draft(_in_order(problems, places), spec, frozenset(replaced))
    return Draft(_in_order(problems, places), None, frozenset(replaced))


def _known(path: Path, replaced: Iterable[Path]) -> bool:
    """Whether a mistake at `path` only comes from what was done about another one."""
    return any(_within(path, one) or one == (*path, "kind") for one in replaced)


def _within(path: Path, other: Path) -> bool:
    return path[: len(other)] == other


def _in_order(problems: dict[Path, Problem], places: Places) -> tuple[Problem, ...]:
    """Each mistake once, though a part that was renamed has two paths."""
    paths = sorted(problems, key=places.order)
    return tuple(
        {(places.order(path)[:2], problems[path].summary): problems[path] for path in reversed(paths)}.values()
    )[::-1]


def _mend(document: dict[str, Any], error: ErrorDetails, replaced: set[Path], places: Places) -> None:
    """Take the wrong part out of `document`, or put a stand-in where one is needed or meant."""
    path = path_of(error, document)
    if error["loc"] and error["loc"][-1] == "[key]":
        _rename(document, path, places)
        return
    near = difflib.get_close_matches(str(_at(document, path)), choices_of(error), n=1)
    if near and path not in replaced:
        _put(document, path, near[0])
        return  # what was meant is known well enough to judge the rest by it
    if path in replaced or error["type"] == "missing":
        _stand_in(document, path, replaced)
    elif path[:1] == ("pools",) and len(path) == POOL_DEPTH:
        replaced.add(path)
        _put(document, path, copy.deepcopy(EXAMPLE["pools"]["head"]))
    else:
        replaced.add(path)
        _remove(document, path)


def _stand_in(document: dict[str, Any], path: Path, replaced: set[Path]) -> None:
    """A stand-in for a required part; where none is known the part around it goes."""
    name = str(path[-1]) if path else ""
    known = EXAMPLE if len(path) == 1 else _STAND_INS
    replaced.add(path)
    if name in known and _at(document, path) != known[name]:
        _put(document, path, copy.deepcopy(known[name]))
    elif path:
        replaced.add(path[:-1])
        _remove(document, path[:-1])


def _rename(document: dict[str, Any], path: Path, places: Places) -> None:
    """A wrong name becomes a right one, so that what it names is judged too."""
    parent, old = _at(document, path[:-1]), str(path[-1])
    name = re.sub(r"[^a-z0-9]+", "-", old.lower())[:20].lstrip("-0123456789") or "x"
    while name in parent:
        name += "x"
    parent[name] = parent.pop(old)
    places.marks.update({(*path[:-1], name, *one[len(path) :]): places.marks[one] for one in _below(path, places)})


def _below(path: Path, places: Places) -> list[Path]:
    return [one for one in places.marks if _within(one, path)]


def _at(document: Any, path: Path) -> Any:
    here = document
    for part in path:
        if isinstance(here, dict):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return None
    return here


def _put(document: Any, path: Path, value: Any) -> None:
    last = path[-1]
    match _at(document, path[:-1]):
        case dict() as parent:
            parent[last] = value
        case list() as items if isinstance(last, int):
            items[last] = value
        case _ if len(path) > 1:
            _put(document, path[:-1], {last: value})


def _remove(document: Any, path: Path) -> None:
    """Take a part out. An item takes its whole list with it, since the places of the others would shift."""
    parent = _at(document, path[:-1]) if path else None
    if isinstance(parent, dict):
        parent.pop(path[-1], None)
    elif isinstance(parent, list):
        _remove(document, path[:-1])
