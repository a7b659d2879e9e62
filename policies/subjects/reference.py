"""The reference page of the subjects, generated from the typed dictionaries and the text below their fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
TITLES = {
    "document": "The document",
    "account": "The live account",
    "kubernetes": "Kubernetes",
    "host": "Hosts",
    "file": "Files",
    "parts": "Parts of hosts",
    "fabric": "The fabric",
    "change": "The pipeline",
}
"""Module -> its heading, in the order of the page."""


def render_subjects() -> str:
    """The page as Markdown: the contract, then each module's shapes."""
    lines = [
        "# What rules judge: the documents of the collectors",
        "",
        "<!-- Generated from policies/subjects by `./rw docs`; do not edit. -->",
        "",
        _docstring("__init__"),
    ]
    for module, title in TITLES.items():
        lines += ["", f"## {title}", "", *_module(module)]
    return "\n".join(lines) + "\n"


def _docstring(module: str) -> str:
    return ast.get_docstring(_parsed(module)) or ""


def _parsed(module: str) -> ast.Module:
    return ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))


def _module(module: str) -> Iterator[str]:
    yield _docstring(module)
    for shape in _parsed(module).body:
        if isinstance(shape, ast.ClassDef) and any("TypedDict" in ast.unparse(base) for base in shape.bases):
            yield from ("", f"**{shape.name}**: {_flat(ast.get_docstring(shape))}", "", "| field | type | meaning |")
            yield from ("|---|---|---|", *_fields(shape))


def _fields(shape: ast.ClassDef) -> Iterator[str]:
    following = [*shape.body[1:], ast.Pass()]
    for field, after in zip(shape.body, following, strict=True):
        if isinstance(field, ast.AnnAssign):
            kind = ast.unparse(field.annotation).replace("|", "\\|")
            yield f"| `{ast.unparse(field.target)}` | `{kind}` | {_text_of(after).replace('|', chr(92) + '|')} |"


def _text_of(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return _flat(str(node.value.value))
    return ""


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())
