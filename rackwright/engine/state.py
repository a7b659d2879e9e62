"""What the engine knows to exist: resource states and unfinished operations, as Pulumi's checkpoint v3. Pure.

Fields that only the official CLI writes are kept as they came, so that a state may go back and forth.
Layout: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (2026-11-21).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from rackwright.engine.properties import SEAL, SIG, Props, is_secret, secret
from rackwright.engine.secrets import Crypter
from rackwright.engine.urn import is_provider, split, type_of


@dataclass(frozen=True, slots=True, eq=False)
class ResourceState:
    """One resource as recorded. Compared by identity: two records may share a URN while one replaces the other."""

    urn: str
    type: str
    custom: bool = True
    delete: bool = False
    """Replaced already; only its deletion is left."""
    id: str = ""
    inputs: Props = field(default_factory=dict)
    outputs: Props = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    external: bool = False
    """Only read, not owned: never updated, never deleted."""
    dependencies: tuple[str, ...] = ()
    init_errors: tuple[str, ...] = ()
    """It exists, but its creation or last update did not finish; the next run updates it."""
    provider: str = ""
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pending_replacement: bool = False
    """Deleted already; stands for the replacement that is still to be created."""
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    custom_timeouts: Mapping[str, float] = field(default_factory=dict)
    """Seconds by ``create``, ``update``, ``delete``."""
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    created: str = ""
    modified: str = ""
    source_position: str = ""
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields this engine does not know, from a state written by a newer CLI."""

    @property
    def provider_urn(self) -> str:
        """URN of the provider resource that manages it, empty for components."""
        return self.provider.rpartition("::")[0]

    def references(self) -> set[str]:
        """URNs that must be created before it and deleted after it."""
        named = {self.parent, self.provider_urn, self.deleted_with, *self.dependencies}
        return {urn for urn in named.union(*self.property_dependencies.values()) if urn}


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """A provider call whose outcome was not recorded yet."""

    kind: str
    """``creating``, ``updating`` or ``deleting``."""
    resource: ResourceState


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything recorded about one stack."""

    resources: tuple[ResourceState, ...] = ()
    pending: tuple[Operation, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


_NAMES = {
    "pending_replacement": "pendingReplacement",
    "additional_secret_outputs": "additionalSecretOutputs",
    "property_dependencies": "propertyDependencies",
    "custom_timeouts": "customTimeouts",
    "import_id": "importID",
    "retain_on_delete": "retainOnDelete",
    "deleted_with": "deletedWith",
    "source_position": "sourcePosition",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "init_errors": "initErrors",
}
_FIELDS = {f.name: _NAMES.get(f.name, f.name) for f in fields(ResourceState) if f.name != "extra"}
_BACK = {wire: name for name, wire in _FIELDS.items()}
_ALWAYS = frozenset({"urn", "type", "custom"})


def resource_to_json(resource: ResourceState, crypter: Crypter) -> dict[str, Any]:
    """`resource` as it stands in a checkpoint, secrets encrypted, empty fields left out."""
    record: dict[str, Any] = {}
    for name, wire in _FIELDS.items():
        value = getattr(resource, name)
        if value or name in _ALWAYS:
            record[wire] = _plain(value, resource.urn, crypter)
    return record | dict(resource.extra)


def _plain(value: Any, urn: str, crypter: Crypter) -> Any:
    if is_secret(value):
        text = json.dumps(value["value"], separators=(",", ":"), sort_keys=True)
        return {SIG: SEAL, "ciphertext": crypter.encrypt(text, urn)}
    if isinstance(value, Mapping):
        return {key: _plain(item, urn, crypter) for key, item in sorted(value.items())}
    return [_plain(item, urn, crypter) for item in value] if isinstance(value, list | tuple) else value


def resource_from_json(record: Mapping[str, Any], crypter: Crypter) -> ResourceState:
    """The resource that `record` of a checkpoint tells of. Raises `KeyError`, `TypeError`, `ValueError` when broken."""
    known = {_BACK[key]: value for key, value in record.items() if key in _BACK}
    for name in ("inputs", "outputs"):
        known[name] = _sealed(known.get(name) or {}, record["urn"], crypter)
    for name in ("dependencies", "init_errors", "additional_secret_outputs", "aliases", "ignore_changes"):
        known[name] = tuple(known.get(name) or ())
    known["replace_on_changes"] = tuple(known.get("replace_on_changes") or ())
    depends = known.get("property_dependencies") or {}
    known["property_dependencies"] = {key: tuple(urns or ()) for key, urns in depends.items()}
    known["custom_timeouts"] = known.get("custom_timeouts") or {}
    return ResourceState(**known, extra={key: value for key, value in record.items() if key not in _BACK})


def _sealed(value: Any, urn: str, crypter: Crypter) -> Any:
    if is_secret(value):
        text = crypter.decrypt(value["ciphertext"], urn) if "ciphertext" in value else value["plaintext"]
        return secret(json.loads(text))
    if isinstance(value, dict):
        return {key: _sealed(item, urn, crypter) for key, item in value.items()}
    return [_sealed(item, urn, crypter) for item in value] if isinstance(value, list) else value


def snapshot_from_json(deployment: Mapping[str, Any], crypter: Crypter) -> Snapshot:
    """Snapshot of a deployment (``stack export``'s inner object). Raises as `resource_from_json`."""
    pending = deployment.get("pending_operations") or ()
    return Snapshot(
        tuple(resource_from_json(record, crypter) for record in deployment.get("resources") or ()),
        tuple(Operation(op["type"], resource_from_json(op["resource"], crypter)) for op in pending),
        dict(deployment.get("metadata") or {}),
    )


def broken(resources: Iterable[ResourceState]) -> list[str]:
    """What is wrong with `resources` as a checkpoint: order, double names, dangling references. Empty when sound."""
    problems: list[str] = []
    seen: set[str] = set()
    live: set[str] = set()
    references: set[str] = set()
    for resource in resources:
        problems += _mistakes(resource, seen, references)
        if not resource.delete:
            if resource.urn in live:
                problems.append(f"{resource.urn} is recorded twice")
            live.add(resource.urn)
        seen.add(resource.urn)
        references.add(f"{resource.urn}::{resource.id}")
    return problems


def _mistakes(resource: ResourceState, seen: set[str], references: set[str]) -> list[str]:
    found = [f"{resource.urn} refers to {urn}, which is not recorded before it" for urn in resource.references() - seen]
    if resource.provider and resource.provider not in references:
        found.append(f"{resource.urn} has the provider {resource.provider}, which is not recorded before it")
    try:
        split(resource.urn)
    except ValueError as cause:
        return [*found, str(cause)]
    if type_of(resource.urn) != resource.type:
        found.append(f"{resource.urn} has the type {resource.type}")
    if not resource.custom and resource.id:
        found.append(f"{resource.urn} is a component but has the id {resource.id}")
    if is_provider(resource.type) and not resource.id and not resource.pending_replacement:
        found.append(f"{resource.urn} is a provider without an id")
    return found


def without_references(resource: ResourceState, gone: set[str]) -> ResourceState:
    """`resource` without any reference to what is `gone`; its provider is never taken away."""
    return replace(
        resource,
        parent="" if resource.parent in gone else resource.parent,
        deleted_with="" if resource.deleted_with in gone else resource.deleted_with,
        dependencies=tuple(urn for urn in resource.dependencies if urn not in gone),
        property_dependencies={
            key: tuple(urn for urn in urns if urn not in gone) for key, urns in resource.property_dependencies.items()
        },
    )


def renamed(resource: ResourceState, old: str, new: str) -> ResourceState:
    """`resource` with every reference to the URN `old` turned to `new`."""
    if old not in resource.references():
        return resource

    def turn(urn: str) -> str:
        return new if urn == old else urn

    provider, _, provider_id = resource.provider.rpartition("::")
    return replace(
        resource,
        parent=turn(resource.parent),
        deleted_with=turn(resource.deleted_with),
        dependencies=tuple(map(turn, resource.dependencies)),
        provider=f"{turn(provider)}::{provider_id}" if provider else "",
        property_dependencies={key: tuple(map(turn, urns)) for key, urns in resource.property_dependencies.items()},
    )
