"""Reading a spec: text -> `ClusterSpec`, or one `InputError` that carries every mistake at once."""

from __future__ import annotations

import difflib
import pathlib

from pydantic import ValidationError

from rackwright.diagnostics import InputError, Problem
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.mistakes import problems_of
from rackwright.spec.places import read_document


def parse_spec(text: str, name: str) -> ClusterSpec:
    """The spec that `text` holds; `name` is what messages call the file. InputError with all mistakes."""
    document, places = read_document(text, name)
    try:
        return ClusterSpec.model_validate(document).placed(places)
    except ValidationError as mistakes:
        raise refusal(name, problems_of(mistakes, document, places)) from None


def load_spec(path: pathlib.Path) -> ClusterSpec:
    """The spec in the file at `path`. InputError when it cannot be read or has mistakes."""
    name = _shown(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"there is no file {name}", where=name, hint="name a stack, or the path of its file") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"cannot read {name}: {problem}", where=name) from problem
    return parse_spec(text, name)


def find_stack(name_or_path: str, root: pathlib.Path) -> pathlib.Path:
    """File of a stack, given its name (``local``) or its path. `root` is the project's folder.

    InputError for an unknown name, with those that exist and the nearest of them.
    """
    given = pathlib.Path(name_or_path)
    for path in (root / "stacks" / f"{name_or_path}.yaml", given, root / given):
        if path.suffix == ".yaml" and path.is_file():
            return path
    raise _unknown_stack(name_or_path, stack_names(root))


def stack_names(root: pathlib.Path) -> list[str]:
    """Names of the stacks in ``<root>/stacks``, sorted."""
    files = (root / "stacks").glob("*.yaml")
    return sorted(path.stem for path in files if not path.name.startswith("Pulumi.") and "." not in path.stem)


def refusal(name: str, problems: tuple[Problem, ...]) -> InputError:
    """One error for all `problems` of the spec called `name`."""
    count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    return InputError(f"{name} has {count}", where=name, hint="nothing was changed", problems=problems)


def _unknown_stack(name: str, known: list[str]) -> InputError:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return InputError(
        f"there is no stack '{name}'",
        where="stacks/",
        hint=f"{hint}stacks that exist: {', '.join(known) or 'none'}",
    )


def _shown(path: pathlib.Path) -> str:
    """The path from the working folder on where it is below it, so that it can be opened with a click."""
    try:
        return str(path.resolve().relative_to(pathlib.Path.cwd()))
    except ValueError:
        return str(path)
