"""Whether a collector's document has the shape that its subject gives; for collectors' tests, not for every audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from policies.subjects import account, change, fabric, host, kubernetes, parts
from policies.subjects.document import Document

SHAPES: Mapping[str, type] = {
    host.MACHINE: host.HostFacts,
    host.GPUS: parts.Gpus,
    host.CONTAINERS: parts.Containers,
    host.SLURM: parts.Slurm,
    host.REGISTRY: parts.Registry,
    host.KUBELET: kubernetes.Kubelet,
    fabric.SUBNET: fabric.Subnet,
    fabric.PARTITION: fabric.Partition,
    fabric.NETWORK: fabric.Network,
    change.CHANGE: change.Change,
    change.COMMIT: change.Commit,
    change.LOG: change.Log,
    account.SUMMARY: account.Summary,
    account.USER: account.User,
    account.REGION: account.Region,
    account.UNMANAGED: account.Unmanaged,
    account.GONE: account.Unmanaged,
}
"""Type -> shape of its properties. AWS resources and Kubernetes objects have the shape that their provider gives."""


def mistakes(document: Document) -> list[str]:
    """What is wrong with `document`: unknown properties, wrong types, missing ones that are not named as unread."""
    unread = {pointer.split("/")[1] for pointer in document.get("unread", {}) if pointer}
    shape = SHAPES.get(document["type"])
    if shape is None or "" in document.get("unread", {}):
        return []
    props = {name: value for name, value in document["props"].items() if name not in unread}
    parts = {name: props.pop(name) for name in list(props) if document["type"] == host.MACHINE and name in host.PARTS}
    props.pop("components", None)
    found = _faults(shape, props, unread)
    return found + [f"{name}.{fault}" for name, value in parts.items() for fault in _faults(_part(name), value, set())]


def _part(name: str) -> type:
    return SHAPES[host.PARTS[name]]


def _faults(shape: type, props: Any, unread: set[str]) -> list[str]:
    try:
        valid: Any = TypeAdapter(shape).validate_python(props, strict=True)
    except ValidationError as wrong:
        faults = [(".".join(str(part) for part in each["loc"]), each["type"], each["msg"]) for each in wrong.errors()]
        told = [f"{where}: {text}" for where, kind, text in faults if not (kind == "missing" and where in unread)]
        return told + [f"{name}: no rule knows it" for name in props.keys() - shape.__annotations__.keys()]
    return [f"{where}: no rule knows it" for where in _dropped(props, valid, "")]


def _dropped(given: Any, kept: Any, where: str) -> list[str]:
    """Places of what `given` has and `kept` has not: validation drops what a shape does not name."""
    if isinstance(given, list):
        return [
            place for n, pair in enumerate(zip(given, kept, strict=True)) for place in _dropped(*pair, f"{where}{n}.")
        ]
    if not isinstance(given, dict):
        return []
    inside = [place for name in given if name in kept for place in _dropped(given[name], kept[name], f"{where}{name}.")]
    return [f"{where}{name}" for name in given if name not in kept] + inside
