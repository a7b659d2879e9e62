"""Where each part of a spec stands in its file, and the document itself, read once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from rackwright.diagnostics import InputError, Problem

Path = tuple[str | int, ...]
"""Way to a part of the spec: ``("pools", "train", "nodes")``."""


@dataclass(frozen=True)
class Places:
    """Line and column of every key and item of one document."""

    name: str = "spec"
    """File as a person knows it: ``stacks/local.yaml``."""
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Path -> line and column of its value (of its key for a map's entry), counted from 1."""

    def where(self, path: Path) -> str:
        """``stacks/x.yaml:12:5 (pools.train.nodes)``: the path, or the nearest part above it that was written."""
        mark = next((self.marks[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.marks), None)
        place = f"{self.name}:{mark[0]}:{mark[1]}" if mark else self.name
        return f"{place} ({dotted(path)})" if path else place


def dotted(path: Path) -> str:
    """``pools.train.alternatives[0]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_document(text: str, name: str) -> tuple[dict[str, object], Places]:
    """The mapping that `text` holds and where its parts stand. InputError for anything that is not one mapping."""
    try:
        document = YAML(typ="rt").load(text)
    except DuplicateKeyError as problem:
        raise _one(name, problem, _duplicate(problem), "remove one of the two") from problem
    except MarkedYAMLError as problem:
        raise _one(name, problem, f"not YAML: {_plain(problem)}", "check indentation, quotes and brackets") from problem
    except YAMLError as problem:
        raise InputError(f"not YAML: {problem}", where=name) from problem
    if not isinstance(document, CommentedMap):
        kind = "empty" if document is None else f"a {_kind(document)}"
        raise _refuse(f"{name}:1:1", f"the document is {kind}, expected a mapping", "begin with 'name: <cluster>'")
    return _plain_map(document), Places(name, dict(_marks(document)))


def _plain(problem: MarkedYAMLError) -> str:
    parts = [part for part in (problem.context, problem.problem) if part]
    return ", ".join(parts)


def _duplicate(problem: MarkedYAMLError) -> str:
    found = re.search(r'found duplicate key "(.+?)"', problem.problem or "")
    return f"key '{found[1]}' stands twice in one mapping" if found else "a key stands twice in one mapping"


def _one(name: str, problem: MarkedYAMLError, summary: str, hint: str) -> InputError:
    mark = problem.problem_mark
    return _refuse(f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name, summary, hint)


def _refuse(where: str, summary: str, hint: str) -> InputError:
    problem = Problem(where=where, summary=summary, hint=hint)
    return InputError(summary, where=where, hint=hint, problems=(problem,))


def _kind(value: object) -> str:
    return {CommentedSeq: "list", str: "text", int: "number", float: "number", bool: "truth value"}.get(
        type(value), type(value).__name__
    )


def _marks(node: object, path: Path = ()) -> Iterator[tuple[Path, tuple[int, int]]]:
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            if key not in (node.lc.data or {}):
                continue  # merged in from an anchor: it stands where the anchor stands
            line, column = node.lc.key(key)
            yield (*path, str(key)), (line + 1, column + 1)
            yield from _marks(value, (*path, str(key)))
    elif isinstance(node, CommentedSeq):
        for index, value in enumerate(node):
            line, column = node.lc.item(index)
            yield (*path, index), (line + 1, column + 1)
            yield from _marks(value, (*path, index))


def _plain_map(node: CommentedMap) -> dict[str, object]:
    return {str(key): _plain_value(value) for key, value in node.items()}


def _plain_value(node: object) -> object:
    """Plain Python in place of the reader's own types (anchors, quoted text, floats with their spelling)."""
    if isinstance(node, CommentedMap):
        return _plain_map(node)
    if isinstance(node, CommentedSeq):
        return [_plain_value(item) for item in node]
    for kind in (bool, str):
        if isinstance(node, kind):
            return kind(node)
    return _plain_number(node)


def _plain_number(node: object) -> object:
    if isinstance(node, int):
        return int(node)
    return float(node) if isinstance(node, float) else node
