"""Where each part of a spec stands in its file, and the document itself, read once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

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

    problems: tuple[Problem, ...] = ()
    """What the document holds that a spec may not, such as a key that stands twice."""

    def where(self, path: Path) -> str:
        """``stacks/x.yaml:12:5 (pools.train.nodes)``: the path, or the nearest part above it that was written."""
        mark = next((self.marks[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.marks), None)
        place = f"{self.name}:{mark[0]}:{mark[1]}" if mark else self.name
        return f"{place} ({dotted(path)})" if path else place

    def order(self, path: Path) -> tuple[int, int, str]:
        """Sorts paths as they stand in the file."""
        mark = next((self.marks[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.marks), (0, 0))
        return (*mark, dotted(path))


def dotted(path: Path) -> str:
    """``pools.train.alternatives[0]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_document(text: str, name: str) -> tuple[dict[str, object], Places]:
    """The mapping that `text` holds and where its parts stand.

    InputError for anything that is not one mapping, and for a key that stands twice.
    """
    document, places = read_with_oddities(text, name)
    if places.problems:
        raise _many(name, places.problems)
    return document, places


def read_with_oddities(text: str, name: str) -> tuple[dict[str, object], Places]:
    """As `read_document`, but a key that stands twice is only noted in ``places.problems``; its first value counts."""
    yaml = YAML(typ="rt")
    yaml.allow_duplicate_keys = True  # we find them ourselves, all at once
    try:
        node = yaml.compose(text)
        problems = tuple(_oddities(node, name, set()))
        document = None if node is None or _has_tags(problems) else yaml.load(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        hint = "check indentation, quotes and brackets, and that the file is one document"
        raise _refuse(name, where, f"not YAML: {_plain(problem)}", hint) from problem
    except YAMLError as problem:
        raise _refuse(name, name, f"not YAML: {_first_line(problem)}", "write it in plain UTF-8 text") from problem
    except RecursionError:
        raise _refuse(name, name, "parts are nested too deeply to be read", "check the brackets") from None
    if problems and document is None:
        raise _many(name, problems)
    if not isinstance(document, CommentedMap):
        kind = "empty" if document is None else f"a {_kind(document)}"
        raise _refuse(
            name, f"{name}:1:1", f"the document is {kind}, expected a mapping", "begin with 'name: <cluster>'"
        )
    return _plain_map(document), Places(name, dict(_marks(document)), problems)


def _oddities(node: object, name: str, seen: set[int]) -> Iterator[Problem]:
    """What YAML allows and a spec does not: keys that stand twice, tags, parts that contain themselves."""
    if not isinstance(node, Node) or id(node) in seen:
        return
    seen.add(id(node))
    where = f"{name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
    if str(node.tag).removeprefix("tag:yaml.org,2002:") not in _PLAIN_TAGS:
        yield Problem(where, f"the tag '{node.tag}' {_TAGGED}", "remove the tag and write the value")
    if isinstance(node, MappingNode):
        yield from _twice(node, name)
    for part in node.value if isinstance(node, MappingNode | SequenceNode) else ():
        for inside in part if isinstance(part, tuple) else (part,):
            yield from _oddities(inside, name, seen)


def _twice(node: MappingNode, name: str) -> Iterator[Problem]:
    """Keys that stand twice in one mapping."""
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, ScalarNode) or key.value == "<<":
            continue
        line, column = key.start_mark.line + 1, key.start_mark.column + 1
        if key.value in lines:
            first = f"it stands in line {lines[key.value]} already"
            yield Problem(f"{name}:{line}:{column}", f"key '{key.value}' stands twice in one mapping; {first}", _TWICE)
        lines.setdefault(key.value, line)


_PLAIN_TAGS = frozenset({"map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value"})
_TAGGED = "has no meaning in a spec"
_TWICE = "remove one of the two"


def _has_tags(problems: tuple[Problem, ...]) -> bool:
    return any(_TAGGED in problem.summary for problem in problems)


def _plain(problem: MarkedYAMLError) -> str:
    parts = [part for part in (problem.context, problem.problem) if part]
    return ", ".join(parts)


def _first_line(problem: YAMLError) -> str:
    return str(problem).strip().partition("\n")[0]


def _refuse(name: str, where: str, summary: str, hint: str) -> InputError:
    return _many(name, (Problem(where=where, summary=summary, hint=hint),))


def _many(name: str, problems: tuple[Problem, ...]) -> InputError:
    return InputError(f"{name} cannot be read; nothing was changed", problems=problems)


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
