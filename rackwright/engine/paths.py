"""Property paths: ``tags.Name``, ``ingress[0].port``, ``tags["a.b"]``, ``ingress[*].port``. Pure.

Syntax: Pulumi's "property paths", https://www.pulumi.com/docs/iac/concepts/miscellaneous/property-paths/ (2026-11-21).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rackwright.engine.properties import Props, is_secret

Path = tuple[str | int, ...]

_PART = re.compile(r"""\.?([^.\[\]"]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]""")
_ABSENT = object()


def parse(text: str) -> Path:
    """Parts of a property path; a star stays ``"*"``. Raises `ValueError` when it is not a path."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise ValueError(f"{text!r} is not a property path (stuck at character {at + 1})")
        name, index, quoted = match.groups()
        parts.append(name if name is not None else _index(index) if index is not None else quoted.replace('\\"', '"'))
        at = match.end()
    return tuple(parts)


def _index(text: str) -> str | int:
    return text if text == "*" else int(text)


def look_up(value: Any, path: Path) -> Any:
    """Value at `path`, None when there is none."""
    for part in path:
        value = _child(value, part)
        if value is _ABSENT:
            return None
    return value


def _child(value: Any, part: str | int) -> Any:
    if is_secret(value):
        value = value["value"]
    if isinstance(value, dict):
        return value.get(str(part), _ABSENT)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return _ABSENT


def covers(pattern: Path, path: Path) -> bool:
    """Whether `pattern` names `path` or something around it; a star fits any one part."""
    return len(pattern) <= len(path) and all(mine in ("*", other) for mine, other in zip(pattern, path, strict=False))


def keep_old(new: Mapping[str, Any], old: Mapping[str, Any], patterns: Sequence[str]) -> Props:
    """`new` in which everything that `patterns` (``ignoreChanges``) name is as it is in `old`."""
    result: Props = copy.deepcopy(dict(new)) if patterns else dict(new)
    for pattern in patterns:
        _copy(result, old, parse(pattern))
    return result


def _copy(into: Any, source: Any, path: Path) -> None:
    part, rest = path[0], path[1:]
    for key in _keys(into, source) if part == "*" else [part]:
        there, here = _child(source, key), _child(into, key)
        if rest:
            if here is not _ABSENT and there is not _ABSENT:
                _copy(here, there, rest)
        elif there is _ABSENT:
            if isinstance(into, dict):
                into.pop(str(key), None)
        elif isinstance(into, dict):
            into[str(key)] = there
        elif isinstance(into, list) and isinstance(key, int) and key < len(into):
            into[key] = there


def _keys(*values: Any) -> list[str | int]:
    found: dict[str | int, None] = {}
    for value in values:
        if isinstance(value, dict):
            found.update(dict.fromkeys(value))
        elif isinstance(value, list):
            found.update(dict.fromkeys(range(len(value))))
    return list(found)
