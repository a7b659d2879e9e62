"""Every field that a stack file may have, from the JSON Schema, and values to try in place of the one that is there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rackwright.spec.places import Path
from rackwright.spec.schema import schema_text

ANY = "*"
"""Stands for a name that the author chooses: of a pool, a storage, a person."""

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf of the schema."""

    path: tuple[str, ...]
    nodes: tuple[str, ...]
    """JSON of the schemas that it may have: one for each variant of what is above it."""

    @property
    def name(self) -> str:
        """``pools.*.machine``."""
        return ".".join(self.path)


@cache
def all_fields() -> tuple[Field, ...]:
    """Every field, sorted by path."""
    schema = json.loads(schema_text())
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for path, node in _leaves(schema, (), schema["$defs"], ()):
        found.setdefault(path, {})[json.dumps(node, sort_keys=True)] = None
    return tuple(Field(path, tuple(nodes)) for path, nodes in sorted(found.items()))


def _leaves(node: Node, path: tuple[str, ...], defs: Node, above: tuple[str, ...]) -> Iterator[tuple[Any, Node]]:
    reference = str(node.get("$ref", ""))
    if reference:
        if reference not in above:
            yield from _leaves(defs[reference.rpartition("/")[2]], path, defs, (*above, reference))
        return
    inner = [*_parts(node, defs)]
    if not inner:
        yield path, node
    for name, part in inner:
        yield from _leaves(part, (*path, name) if name else path, defs, above)


def _parts(node: Node, defs: Node) -> Iterator[tuple[str, Node]]:
    """Named parts of a mapping, and the variants of a union of which one is a mapping."""
    yield from node.get("properties", {}).items()
    for part in (*node.get("patternProperties", {}).values(), node.get("additionalProperties")):
        if isinstance(part, dict) and _is_mapping(part, defs):
            yield ANY, part
    variants = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    if any(_is_mapping(variant, defs) for variant in variants):
        yield from (("", variant) for variant in variants if _is_mapping(variant, defs))


def _is_mapping(node: Node, defs: Node) -> bool:
    if "$ref" in node:
        return _is_mapping(defs[node["$ref"].rpartition("/")[2]], defs)
    variants = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    return "properties" in node or "patternProperties" in node or any(_is_mapping(one, defs) for one in variants)


# --- other values -----------------------------------------------------------------------------------------------------

_TEXTS: tuple[object, ...] = (
    *(
        "arn:aws:iam::123456789012:policy/other",
        "10.99.0.0/16",
        "203.0.113.77",
        "ops2@example.org",
        "other.example.org",
    ),
    *("https://other.example.org", "us-west-2", "usw2-az1", "d-0123456789", "tgw-0123456789abcdef0", "500 GiB", "30%"),
    *("400 days", "30 minutes", "1000 MB/s/TiB", "2400 GiB", "10 kW", "vol", "/other", "other", "1.34", "12.9"),
    *("ami-0123456789abcdef0", "cr-0fedcba9876543210", "g6e.24xlarge", "p5en.48xlarge", "m7i.8xlarge", "Mon 03:00 UTC"),
    *("Europe/Berlin", "123456789012", "01:30", "580.105.08", "fs-0123456789abcdef0", "s3://other-bucket/data", "de"),
)
"""Texts that fit one or another pattern."""


def candidates(field: Field, spec: Mapping[str, Any]) -> Iterator[tuple[Path, object]]:
    """(place, value) pairs to try: every place of `spec` that `field` may mean, every value that differs there."""
    for path in _places(field.path, spec):
        now = _at(path, spec)
        for text in field.nodes:
            yield from ((path, value) for value in _values(json.loads(text), now) if value != now)


def _places(pattern: tuple[str, ...], value: Any, done: Path = ()) -> Iterator[Path]:
    """`pattern` with every star replaced by the names that are there, gravest first for pools of GPUs."""
    if not pattern:
        yield done
    elif isinstance(value, Mapping):
        names = sorted(value, key=_gpu_first(value)) if pattern[0] == ANY else [pattern[0]]
        for name in names:
            yield from _places(pattern[1:], value.get(name), (*done, name))
    elif value is None and ANY not in pattern:
        yield (*done, *pattern)


def _gpu_first(pools: Mapping[str, Any]) -> Any:
    return lambda name: (not (isinstance(pools[name], Mapping) and pools[name].get("role") == "gpu"), name)


def _at(path: Path, value: Any) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _values(node: Node, now: object) -> Iterator[object]:
    for variant in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _values(variant, now)
    yield from node.get("enum", ())
    if "const" in node:
        yield node["const"]
    yield from _of_type(node, now)
    yield from node.get("examples", ())


def _of_type(node: Node, now: object) -> Iterator[object]:
    kind = node.get("type")
    if kind == "boolean":
        yield not now
    elif kind in ("integer", "number"):
        start = now if isinstance(now, int | float) and not isinstance(now, bool) else 0
        yield from (start + 1, start * 2, start - 1, 1000, node.get("minimum", 2), node.get("maximum", 64))
    elif kind == "string" and "enum" not in node:
        yield from _TEXTS
    elif kind == "array":
        yield from ([item] for item in _values(node.get("items", {}), None))
        yield []
    elif kind == "object":
        yield from ({"other": value} for value in ("other", 4, ["ops@example.org"], ["ALL"]))
