"""Whether a collector's document has the shape that its subject gives; for collectors' tests, not for every audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from policies.subjects import account, change, fabric, host, kubernetes
from policies.subjects.document import Document

SHAPES: Mapping[str, type] = {
    host.MACHINE: host.HostFacts,
    host.GPUS: host.Gpus,
    host.CONTAINERS: host.Containers,
    host.SLURM: host.Slurm,
    host.REGISTRY: host.Registry,
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
        TypeAdapter(shape, config=ConfigDict(extra="forbid")).validate_python(props, strict=True)
    except ValidationError as wrong:
        faults = [(".".join(str(part) for part in each["loc"]), each["type"], each["msg"]) for each in wrong.errors()]
        return [f"{where}: {text}" for where, kind, text in faults if not (kind == "missing" and where in unread)]
    return []
