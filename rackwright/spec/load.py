"""Reading a spec: text -> `ClusterSpec`, or one `InputError` that carries every mistake at once."""

from __future__ import annotations

import difflib
import pathlib
from dataclasses import replace

from rackwright.diagnostics import InputError, Problem
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.places import read_with_oddities
from rackwright.spec.salvage import Draft, salvage


def parse_spec(text: str, name: str) -> ClusterSpec:
    """The spec that `text` holds; `name` is what messages call the file. InputError with all mistakes."""
    return _whole(parse_draft(text, name), name)


def parse_draft(text: str, name: str) -> Draft:
    """What can be made of `text`, with its mistakes of form. InputError where it is no document at all."""
    document, places = read_with_oddities(text, name)
    draft = salvage(document, places)
    return replace(draft, problems=(*places.problems, *draft.problems))


def load_spec(path: pathlib.Path) -> ClusterSpec:
    """The spec in the file at `path`. InputError when it cannot be read or has mistakes."""
    return _whole(load_draft(path), shown(path))


def load_draft(path: pathlib.Path) -> Draft:
    """What can be made of the file at `path`. InputError when it cannot be read or is no document at all."""
    name = shown(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"there is no file {name}", where=name, hint="name a stack, or the path of its file") from None
    except UnicodeDecodeError as problem:
        byte = f"byte {problem.object[problem.start]:#04x} at position {problem.start}"
        raise InputError(
            f"cannot read {name}: it is not text ({byte})",
            where=name,
            hint="a stack file is YAML in UTF-8; stacks/local.yaml is one",
        ) from problem
    except OSError as problem:
        raise InputError(
            f"cannot read {name}: {problem.strerror}", where=name, hint="correct its rights, or name another file"
        ) from problem
    return parse_draft(text, name)


def _whole(draft: Draft, name: str) -> ClusterSpec:
    if draft.problems or draft.spec is None:
        raise refusal(name, draft.problems)
    return draft.spec


def find_stack(name_or_path: str, root: pathlib.Path) -> pathlib.Path:
    """File of a stack, given its name (``local``) or its path. `root` is the project's folder.

    InputError for an unknown name, with those that exist and the nearest of them.
    """
    given = pathlib.Path(name_or_path)
    for path in (root / "stacks" / f"{name_or_path}.yaml", given, root / given):
        if path.suffix == ".yaml" and _is_file(path) and not _belongs_to_a_stack(path):
            return path
    raise _unknown_stack(name_or_path, stack_names(root))


def _is_file(path: pathlib.Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, a folder that may not be entered
        return False


def _belongs_to_a_stack(path: pathlib.Path) -> bool:
    """Locks and Pulumi's settings lie beside the stacks and are none."""
    return path.name.startswith("Pulumi.") or path.name.endswith(".lock.yaml")


def stack_names(root: pathlib.Path) -> list[str]:
    """Names of the stacks in ``<root>/stacks``, sorted."""
    files = (root / "stacks").glob("*.yaml")
    return sorted(path.stem for path in files if not path.name.startswith("Pulumi.") and "." not in path.stem)


def refusal(name: str, problems: tuple[Problem, ...]) -> InputError:
    """One error for all `problems` of the spec called `name`."""
    count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    return InputError(f"{name} has {count}; nothing was changed", problems=problems)


def _unknown_stack(name: str, known: list[str]) -> InputError:
    path = pathlib.Path(name)
    exist = f"stacks that exist: {', '.join(known) or 'none'}"
    if "/" in name or path.suffix:
        return InputError(f"there is no stack file '{name}': {_why_not(path)}", where=name, hint=exist)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return InputError(f"there is no stack '{name}'", where="stacks/", hint=hint + exist)


def _why_not(path: pathlib.Path) -> str:
    """Why `path` is no stack file, in a few words."""
    try:
        path.stat()
    except OSError as problem:
        return (problem.strerror or "it cannot be found").lower()
    except ValueError:
        return "no file can have that name"
    if path.is_dir():
        return "it is a folder"
    if path.suffix != ".yaml":
        return f"its name ends in '{path.suffix}', expected '.yaml'"
    return "it is a lock or a setting of Pulumi" if _belongs_to_a_stack(path) else "it is not a plain file"


def shown(path: pathlib.Path) -> str:
    """The path from the working folder on where it is below it, so that it can be opened with a click."""
    try:
        return str(path.resolve().relative_to(pathlib.Path.cwd()))
    except (ValueError, OSError):
        return str(path)
