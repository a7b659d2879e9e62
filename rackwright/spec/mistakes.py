"""Turns what pydantic says of a document into problems that a person understands: place, value, limit, way out."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rackwright.diagnostics import Problem
from rackwright.spec.base import MOUNT_FORM, NAME_FORM
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.example import EXAMPLE
from rackwright.spec.fields import examples_at, keys_at
from rackwright.spec.places import Path, Places, dotted

LONGEST_HINT = 80
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
_FORMS = {
    NAME_FORM: "lower case letters, digits and dashes, beginning with a letter, 31 characters at most",
    MOUNT_FORM: "an absolute path below the root: /fsx",
}
"""Patterns in words."""


def problems_at(mistakes: ValidationError, document: Mapping[str, Any], places: Places) -> dict[Path, Problem]:
    """Every mistake by its path, each place once."""
    found: dict[Path, Problem] = {}
    for error in mistakes.errors(include_url=False):
        path = path_of(error, document)
        if path not in found or error["type"] == "unit":
            found[path] = _problem(error, path, places)
    return found


def path_of(error: ErrorDetails, document: Mapping[str, Any]) -> Path:
    """Part of the document that `error` is about; of a mapping with a wrong ``kind``, that kind."""
    path = real_path(error["loc"], document)
    return (*path, "kind") if error["type"] == "union_tag_invalid" else path


def choices_of(error: ErrorDetails) -> list[str]:
    """What may stand there instead, where that is a list of words."""
    context = error.get("ctx", {})
    expected = context.get("expected_tags") or (context.get("expected", "") if error["type"] == "literal_error" else "")
    return [choice.strip(" '") for choice in str(expected).replace(" or ", ", ").split(", ") if choice]


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


def _problem(error: ErrorDetails, path: Path, places: Places) -> Problem:
    summary, hint = _say(error, path)
    return Problem(where=places.where(path), summary=summary, hint=hint)


def _say(error: ErrorDetails, path: Path) -> tuple[str, str | None]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    name = _called(path)
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"], path)
    if kind == "missing":
        return f"'{name}' is missing", _way_to_write(path) or f"add '{name}'"
    if kind in _SHAPES:
        return f"'{name}' is {_shown(value)}, expected {_SHAPES[kind]}", _way_to_shape(_SHAPES[kind], value, path)
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return f"'{name}' is {_shown(value)}, expected {words} {context[key]}", f"write {words} {context[key]}"
    if kind in {"literal_error", "union_tag_invalid"}:
        return _not_one_of(error, name)
    return _say_rest(kind, value, context, name, error["msg"], path)


def _called(path: Path) -> str:
    """``nodes``, ``compliance[0]``: the last key, with the numbers of the items below it."""
    last = next((index for index in reversed(range(len(path))) if isinstance(path[index], str)), 0)
    return dotted(path[last:]) if path else "the document"


def _say_rest(
    kind: str, value: object, context: Mapping[str, Any], name: str, message: str, path: Path
) -> tuple[str, str | None]:
    if kind == "union_tag_not_found":
        return f"'{name}' has no 'kind'", _kinds_hint(path)
    if kind == "string_pattern_mismatch":
        form = _FORMS.get(context["pattern"])
        hint = f"write {form}" if form else _way_to_write(path) or f"the form is {context['pattern']}"
        return f"'{name}' is {_shown(value)}, which does not have the right form", hint
    if kind in {"too_short", "string_too_short"}:
        least = context["min_length"]
        noun = "characters" if kind == "string_too_short" else "entries"
        length = context.get("actual_length", len(str(value)))
        way_out = _way_to_write(path) or f"write at least {least} {noun}"
        return f"'{name}' has {length} {noun}, expected at least {least}", way_out
    summary, _, hint = message.partition("; ")
    return f"'{name}': {summary[:1].lower()}{summary[1:]}", hint or None


def _way_to_shape(shape: str, value: object, path: Path) -> str | None:
    """How to write a value of `shape` in place of `value`."""
    scalar = isinstance(value, str | int | float) and not isinstance(value, bool)
    if shape == "a list" and scalar:
        return f"write [{json.dumps(value, ensure_ascii=False)}]"
    if example := _way_to_write(path):
        return example
    if shape == "a mapping":
        known = keys_at(ClusterSpec, path)
        return f"keys that exist here: {', '.join(known)}"
    return f'put it in quotes: "{value}"' if shape == "text" and scalar else f"write {shape}"


def _unknown_key(location: Sequence[str | int], path: Path) -> tuple[str, str | None]:
    known = keys_at(ClusterSpec, location[:-1])
    near = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.6)
    hint = f"did you mean '{near[0]}'?" if near else f"keys that exist here: {', '.join(sorted(known))}"
    return f"unknown key '{path[-1]}'", hint


def _not_one_of(error: ErrorDetails, name: str) -> tuple[str, str | None]:
    tagged = error["type"] == "union_tag_invalid"
    value = error["ctx"]["tag"] if tagged else error["input"]
    choices = choices_of(error)
    near = difflib.get_close_matches(str(value), choices, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "take one of these"
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
        first = here[0] if isinstance(here, list) else None
        here = here.get(part) if isinstance(here, dict) else first
    if isinstance(here, dict) and len(json.dumps(here)) > LONGEST_HINT:
        here = dict([next(iter(here.items()))])
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
