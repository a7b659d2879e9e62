"""A role's README, generated from its argument specs: ``python -m rackwright.configure.role_docs`` rewrites them all.

The specs are what Ansible checks before a role runs, so the page cannot say anything else.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from rackwright.configure.runner import PLAYBOOKS

_HEAD = "<!-- Generated from meta/argument_specs.yml by python -m rackwright.configure.role_docs; do not edit. -->"

_DEBIANS_OWN = re.compile(r"ansible\.builtin\.apt\b|dpkg|/etc/apt|/etc/default/|@include common-|ssh\.service|stunnel@")
"""What only Debian and its descendants have: a role with any of it cannot run on Rocky."""


def roles(playbooks: Path = PLAYBOOKS) -> tuple[Path, ...]:
    """Folder of every role, by name."""
    return tuple(sorted(path for path in (playbooks / "roles").iterdir() if path.is_dir()))


def argument_spec(role: Path) -> dict[str, Any]:
    """The role's ``main`` argument spec."""
    tree: dict[str, Any] = YAML(typ="safe").load((role / "meta/argument_specs.yml").read_text())
    return dict(tree["argument_specs"]["main"])


def defaults(role: Path) -> dict[str, Any]:
    """The role's default values; empty when it has none."""
    path = role / "defaults/main.yml"
    return dict(YAML(typ="safe").load(path.read_text())) if path.is_file() else {}


def readme(role: Path) -> str:
    """Text of the role's README."""
    spec, values = argument_spec(role), defaults(role)
    parts = [_HEAD, f"# {role.name}", f"{spec['short_description']}."]
    if described := spec.get("description"):
        parts.append("\n".join(f"- {line}" for line in described))
    parts.append(f"A host runs this role when it is in the group `{role.name}`. {systems(role)}")
    if options := spec.get("options"):
        parts += ["## Variables", "\n".join(_table(options, values))]
    if controls := controls_of(role):
        parts += ["## Controls", "\n".join(_controls(controls))]
    return "\n\n".join(parts) + "\n"


def systems(role: Path) -> str:
    """Systems that the role is written for, by what its files use."""
    texts = (path.read_text() for path in sorted(role.rglob("*")) if path.suffix in {".yml", ".j2", ".py"})
    debian = any(_DEBIANS_OWN.search(text) for text in texts)
    rocky = (
        "no, it uses apt or Debian's own files" if debian else "not tried; `base`, which installs packages, uses apt"
    )
    return f"Written for Debian 12 and 13, Ubuntu 22.04 and 24.04. Rocky 9: {rocky}."


def controls_of(role: Path) -> list[dict[str, str]]:
    """Controls of benchmarks and frameworks that the role keeps: id, title and the file that sets it."""
    path = role / "meta/controls.yml"
    return list(YAML(typ="safe").load(path.read_text())) if path.is_file() else []


def _controls(controls: Sequence[Mapping[str, str]]) -> Iterator[str]:
    yield "| control | what | set in |"
    yield "|---|---|---|"
    for control in controls:
        yield f"| {control['id']} | {control['title']} | `{control['where']}` |"


def write_all(playbooks: Path = PLAYBOOKS) -> list[Path]:
    """Rewrite every README that is out of date; return those."""
    changed = []
    for role in roles(playbooks):
        path, text = role / "README.md", readme(role)
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)
            changed.append(path)
    return changed


def _table(options: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    yield "| variable | type | default | meaning |"
    yield "|---|---|---|---|"
    for name, option in sorted(options.items()):
        yield f"| `{name}` | {_type(option)} | {_default(name, option, values)} | {option['description']} |"
        for part, inner in sorted(option.get("options", {}).items()):
            yield f"| `{name}[].{part}` | {_type(inner)} | {_default(part, inner, {})} | {inner['description']} |"


def _type(option: Mapping[str, Any]) -> str:
    kind = f"list of {option['elements']}" if option["type"] == "list" else str(option["type"])
    return f"{kind}: {', '.join(map(str, option['choices']))}" if "choices" in option else kind


def _default(name: str, option: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    if option.get("required"):
        return "required"
    value = values.get(name, option.get("default"))
    return "see defaults/main.yml" if isinstance(value, dict) and value else f"`{value!r}`"


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in write_all())
