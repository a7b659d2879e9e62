"""Turns what pydantic says of a document into problems that a person understands: place, value, limit, way out."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rackwright.diagnostics import Problem
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.example import EXAMPLE
from rackwright.spec.fields import examples_at, keys_at
from rackwright.spec.places import Path, Places, dotted

LONGEST_HINT = 60
"""Characters of an example in a hint."""

_SHAPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "date_type": "a date (2026-12-31)",
    "date_parsing": "a date (2026-12-31)",
    "date_from_datetime_parsing": "a date (2026-12-31)",
}
_LIMITS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def problems_of(mistakes: ValidationError, document: Mapping[str, Any], places: Places) -> tuple[Problem, ...]:
    """Every mistake, in the order of the file, each place once."""
    found: dict[Path, Problem] = {}
    for error in mistakes.errors(include_url=False):
        path = real_path(error["loc"], document)
        if error["type"] == "union_tag_invalid":
            path = (*path, "kind")
        problem = _problem(error, path, places)
        if path not in found or error["type"] == "unit":
            found[path] = problem
    return tuple(found[path] for path in sorted(found, key=lambda path: _order(path, places)))


def real_path(location: Iterable[str | int], document: Mapping[str, Any]) -> Path:
    """Keys of the document in pydantic's `location`; the names of union members and validators are left out."""
    path: list[str | int] = []
    here: object = document
    parts = list(location)
    for index, part in enumerate(parts):
        inside = _child(here, part)
        if inside is not _ABSENT:
            path.append(part)
            here = inside
        elif index == len(parts) - 1 and isinstance(here, dict) and isinstance(part, str) and "[" not in part:
            path.append(part)
    return tuple(path)


_ABSENT = object()


def _child(here: object, part: str | int) -> object:
    if isinstance(here, dict):
        return here.get(part, _ABSENT)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return _ABSENT


def _order(path: Path, places: Places) -> tuple[int, int, str]:
    mark = next((places.marks[path[:n]] for n in range(len(path), 0, -1) if path[:n] in places.marks), (0, 0))
    return (*mark, dotted(path))


def _problem(error: ErrorDetails, path: Path, places: Places) -> Problem:
    summary, hint = _say(error, path)
    return Problem(where=places.where(path), summary=summary, hint=hint)


def _say(error: ErrorDetails, path: Path) -> tuple[str, str | None]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    name = str(path[-1]) if path else "the document"
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"], path)
    if kind == "missing":
        return f"'{name}' is missing", _way_to_write(path) or f"add '{name}'"
    if kind in _SHAPES:
        return f"'{name}' is {_shown(value)}, expected {_SHAPES[kind]}", _way_to_write(path)
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return f"'{name}' is {_shown(value)}, expected {words} {context[key]}", None
    return _say_rest(kind, value, context, name, error["msg"], path)


def _say_rest(
    kind: str, value: object, context: Mapping[str, Any], name: str, message: str, path: Path
) -> tuple[str, str | None]:
    if kind in {"literal_error", "union_tag_invalid"}:
        return _not_one_of(value, context, name)
    if kind == "union_tag_not_found":
        return f"'{name}' has no 'kind'", _kinds_hint(path)
    if kind == "string_pattern_mismatch":
        return f"'{name}' is {_shown(value)}, which does not have the right form", _way_to_write(path) or (
            f"the form is {context['pattern']}"
        )
    if kind in {"too_short", "string_too_short"}:
        length = context.get("actual_length", len(str(value)))
        return f"'{name}' has a length of {length}, expected at least {context['min_length']}", _way_to_write(path)
    summary, _, hint = message.partition("; ")
    return f"'{name}': {summary[:1].lower()}{summary[1:]}", hint or None


def _unknown_key(location: Sequence[str | int], path: Path) -> tuple[str, str | None]:
    known = keys_at(ClusterSpec, location[:-1])
    near = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.6)
    hint = f"did you mean '{near[0]}'?" if near else f"keys that exist here: {', '.join(sorted(known))}"
    return f"unknown key '{path[-1]}'", hint


def _not_one_of(value: object, context: Mapping[str, Any], name: str) -> tuple[str, str | None]:
    if "expected_tags" in context:
        name, value, expected = "kind", context["tag"], context["expected_tags"]
    else:
        expected = context["expected"]
    choices = [choice.strip(" '") for choice in str(expected).replace(" or ", ", ").split(", ")]
    near = difflib.get_close_matches(str(value), choices, n=1)
    hint = f"did you mean '{near[0]}'?" if near else None
    return f"'{name}' is {_shown(value)}, expected one of {', '.join(choices)}", hint


def _kinds_hint(path: Path) -> str | None:
    kinds = {"target": "aws, on-prem, local", "scheduler": "slurm, kubernetes, split, none"}
    storage = "fsx-lustre, efs, s3, nvme-raid0, nfs, lustre"
    known = kinds.get(str(path[0]), storage) if path else None
    return f"write 'kind:' with one of {known}" if known else None


def _way_to_write(path: Path) -> str | None:
    examples = examples_at(ClusterSpec, path) or _from_example(path)
    return f"for example {json.dumps(examples[0], ensure_ascii=False)}" if examples else None


def _from_example(path: Path) -> list[Any]:
    """The same part of the example spec, unless it is too long for a hint."""
    here: Any = EXAMPLE
    for part in path:
        here = here.get(part) if isinstance(here, dict) else None
    return [here] if here is not None and len(json.dumps(here)) <= LONGEST_HINT else []


def _shown(value: object) -> str:
    match value:
        case str():
            return f"'{value}'"
        case bool():
            return str(value).lower()
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
    return str(value)
