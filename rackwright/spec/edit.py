"""Changing single values of a stack file while everything else in it, comments included, stays as it is. Pure."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from rackwright.diagnostics import InputError
from rackwright.spec.places import Path, dotted

LONGEST_LINE = 4096
"""Lines of a stack file are as long as their author wants them."""


def with_values(text: str, values: Mapping[Path, object]) -> str:
    """`text` with each of `values` at its path; keys that are not there are added at the end of their mapping.

    Raises `InputError` when a path leads through something that is no mapping.
    """
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = LONGEST_LINE
    document = yaml.load(text)
    for path, value in values.items():
        _set(document, path, value)
    written = io.StringIO()
    yaml.dump(document, written)
    return written.getvalue()


def _set(document: Any, path: Path, value: object) -> None:
    place = document
    for part in path[:-1]:
        place = place.setdefault(part, CommentedMap()) if isinstance(place, CommentedMap) else None
    if not isinstance(place, CommentedMap):
        raise InputError(f"{dotted(path)} cannot be written: what is above it is no mapping", where=dotted(path))
    place[path[-1]] = _flow(value) if isinstance(value, Mapping) else value


def _flow(value: Mapping[str, object]) -> CommentedMap:
    """A mapping on one line: ``{min: 0, max: 4}``."""
    mapping = CommentedMap(value)
    mapping.fa.set_flow_style()
    return mapping
