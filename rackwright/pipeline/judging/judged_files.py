"""Files that an audit judges: exported states, and documents of collectors that ran elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from policies.profile import FRAMEWORKS
from policies.rule import Resource
from policies.sources.state import resources_of_state
from policies.subjects.document import Document, read_documents, resource_of
from policies.subjects.host import MACHINE, resources_of_host
from rackwright.diagnostics import InputError, Problem


def mistakes(frameworks: Iterable[str], files: Iterable[tuple[str, Path | None]]) -> list[Problem]:
    """Words of `--framework` that are none, and files (option, path) that are not there."""
    known = f"known are {', '.join(sorted(FRAMEWORKS))}"
    words = [
        Problem("--framework", f"there is no framework {word!r}", known)
        for word in frameworks
        if word not in FRAMEWORKS
    ]
    missing = [
        Problem(name, f"there is no file {path}") for name, path in files if path is not None and not path.is_file()
    ]
    return words + missing


def refuse_mistakes(wrong: list[Problem]) -> None:
    """Raise InputError with all of `wrong`, if there is any."""
    if wrong:
        raise InputError(f"{len(wrong)} of the options cannot be used", problems=wrong)


def resources_of_state_file(path: Path) -> list[Resource]:
    """Resources of an exported state or checkpoint. InputError for a file that is none."""
    return resources_of_state(_json(path, _read_text(path)))


def resources_of_documents(path: Path) -> list[Resource]:
    """Things that a collector wrote to `path`, a JSON document a line. InputError for a file that is none."""
    try:
        documents = read_documents(_read_text(path).splitlines())
    except ValueError as problem:
        raise InputError(
            f"it holds no documents: {problem}", where=str(path), hint="docs/reference/policy-subjects.md"
        ) from problem
    split: Callable[[Document], list[Resource]] = resources_of_host
    return [one for each in documents for one in (split(each) if each["type"] == MACHINE else [resource_of(each)])]


def _json(path: Path, content: str) -> Mapping[str, object]:
    try:
        found = json.loads(content)
    except ValueError as problem:
        raise InputError(
            f"it is no JSON: {problem}", where=str(path), hint="pulumi stack export writes a state"
        ) from problem
    if not isinstance(found, dict):
        raise InputError("it is no state: a JSON object is expected", where=str(path))
    return found


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"it cannot be read: {problem}", where=str(path)) from problem
