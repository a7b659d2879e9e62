"""What a program asks for: registration requests read into goals. An option not known here is refused by name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from rackwright.diagnostics import InputError
from rackwright.engine.properties import Props, from_struct
from rackwright.engine.urn import Alias, StackRef, urn_for

SUPPORTED = frozenset(
    {
        "type", "name", "parent", "custom", "object", "protect", "dependencies", "provider", "propertyDependencies",
        "deleteBeforeReplace", "deleteBeforeReplaceDefined", "version", "ignoreChanges", "additionalSecretOutputs",
        "aliasURNs", "aliases", "aliasSpecs", "importId", "customTimeouts", "providers", "replaceOnChanges",
        "pluginDownloadURL", "retainOnDelete", "deletedWith", "sourcePosition",
    }
)  # fmt: skip
"""Fields of a registration that the engine carries out."""

ABOUT_THE_SDK = frozenset(
    {
        "acceptSecrets", "acceptResources", "supportsPartialValues", "supportsResultReporting", "stackTrace",
        "parentStackTraceHandle", "accepts_byte_string", "properties", "id",
    }
)  # fmt: skip
"""Fields in which the SDK only says what it understands, and those of a read."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One resource as the program wants it."""

    urn: str
    type: str
    name: str
    custom: bool
    inputs: Props
    parent: str = ""
    protect: bool = False
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provider: str = ""
    """``URN::ID`` of an explicit provider; empty for the package's default one."""
    version: str = ""
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    import_id: str = ""
    read_id: str = ""
    """Set when the resource is only to be read."""
    custom_timeouts: Mapping[str, float] = field(default_factory=dict)
    retain_on_delete: bool = False
    deleted_with: str = ""
    source_position: str = ""

    @property
    def package(self) -> str:
        """Name of the package whose provider carries it out."""
        return self.type.split(":", 1)[0]


def goal_of(request: Any, stack: StackRef, root: Path) -> Goal:
    """Goal of a ``RegisterResourceRequest`` from a project in `root`.

    Raises `InputError` for an option that the engine does not know.
    """
    refuse_unknown(request, f"{request.type} {request.name!r}")
    return Goal(
        urn=urn_for(stack, request.parent, request.type, request.name),
        type=request.type,
        name=request.name,
        custom=request.custom,
        inputs=from_struct(request.object),
        parent=request.parent,
        protect=request.protect,
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies=_dependencies(request.propertyDependencies),
        provider=request.provider,
        version=request.version,
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=(*(Alias(urn=urn) for urn in request.aliasURNs), *map(_alias, request.aliases)),
        import_id=request.importId,
        custom_timeouts=_timeouts(request.customTimeouts),
        retain_on_delete=request.retainOnDelete,
        deleted_with=request.deletedWith,
        source_position=position(request.sourcePosition, root),
    )


def read_goal_of(request: Any, stack: StackRef) -> Goal:
    """Goal of a ``ReadResourceRequest``. Raises as `goal_of`."""
    refuse_unknown(request, f"{request.type} {request.name!r}")
    return Goal(
        urn=urn_for(stack, request.parent, request.type, request.name),
        type=request.type,
        name=request.name,
        custom=True,
        inputs=from_struct(request.properties),
        parent=request.parent,
        dependencies=tuple(sorted(request.dependencies)),
        provider=request.provider,
        version=request.version,
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        read_id=request.id,
    )


def refuse_unknown(request: Any, where: str) -> None:
    """Raise `InputError` when `request` uses a field that is neither `SUPPORTED` nor `ABOUT_THE_SDK`."""
    unknown = [field.name for field, value in request.ListFields() if field.name not in _KNOWN and _says(value)]
    if unknown:
        raise unsupported(f"the option {', '.join(sorted(unknown))}", where)


_KNOWN = SUPPORTED | ABOUT_THE_SDK


def _says(value: Any) -> bool:
    """Whether a field that is present holds anything; the SDK sends some messages empty."""
    return bool(value.ByteSize()) if hasattr(value, "ByteSize") else bool(value)


def unsupported(what: str, where: str | None = None) -> InputError:
    """The error for something that only the official engine can do."""
    return InputError(
        f"the embedded engine does not support {what}",
        where=where,
        hint="use the pulumi CLI for this stack (./rw tools install), or do without it",
    )


def _dependencies(by_property: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """URNs by property; a property that depends on nothing is left out, as the official engine does."""
    return {key: tuple(sorted(by_property[key].urns)) for key in sorted(by_property) if by_property[key].urns}


def _alias(alias: Any) -> Alias:
    spec = alias.spec
    return Alias(alias.urn, spec.name, spec.type, spec.stack, spec.project, spec.parentUrn, spec.noParent)


_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def _timeouts(timeouts: Any) -> dict[str, float]:
    named = ((name, getattr(timeouts, name)) for name in ("create", "update", "delete", "read"))
    return {name: seconds(text) for name, text in named if text}


def seconds(text: str) -> float:
    """Seconds of a duration as Go writes it: ``1h30m``. Raises `InputError`."""
    parts = _DURATION.findall(text)
    if not parts or "".join(map("".join, parts)) != text:
        raise InputError(f"{text!r} is not a duration", where="customTimeouts", hint="write it like 30m or 1h30m")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def position(source: Any, root: Path) -> str:
    """``project:///FILE#LINE`` with the file as seen from `root`: the same on every machine. Empty when not known."""
    path = urlsplit(source.uri).path
    return f"project:///{os.path.relpath(unquote(path), root)}#{source.line}" if path else ""


def sorted_unique(urns: Iterable[str]) -> tuple[str, ...]:
    """`urns` without empty ones and doubles, sorted."""
    return tuple(sorted({urn for urn in urns if urn}))
