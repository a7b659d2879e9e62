"""Kubernetes: objects of the API under the tokens of Pulumi's provider, and the processes of the control plane.

An object's properties are its manifest, as the API gives it and as a Pulumi program writes it; so the same rule
judges a program's preview and a live cluster. `documents_of_objects` leaves out what a controller made (its template
is judged at the controller), and takes the values out of Secrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired

from typing_extensions import TypedDict

from policies.rule import Resource
from policies.subjects.document import Document, urn_of

COMPONENTS = {
    "kube-apiserver": "kubernetes:component:ApiServer",
    "kube-controller-manager": "kubernetes:component:ControllerManager",
    "kube-scheduler": "kubernetes:component:Scheduler",
    "etcd": "kubernetes:component:Etcd",
}
"""Program -> type token of its process."""

MADE_BY = frozenset({"ReplicaSet", "DaemonSet", "StatefulSet", "Job", "CronJob", "Deployment"})
"""Kinds whose children repeat what they say themselves."""

SECRET_FIELDS = ("data", "stringData")


class Component(TypedDict):
    """A running part of the control plane; given as arguments, seen by rules as `flags`."""

    name: str
    """Program: ``kube-apiserver``, ``kube-controller-manager``, ``kube-scheduler``, ``etcd``."""
    arguments: list[str]
    """Of the process, without the program."""
    auditPolicy: NotRequired[dict[str, Any] | None]
    """The audit policy file of the API server, where it could be read."""
    encryption: NotRequired[list[str] | None]
    """Providers of the API server's encryption configuration, in order: ``["kms", "identity"]``; never its keys."""
    files: NotRequired[dict[str, dict[str, str]]]
    """Path -> owner, group and mode, of manifests, keys and the data directory."""


class Kubelet(TypedDict):
    """Properties of ``kubernetes:component:Kubelet``."""

    config: dict[str, Any]
    """Effective KubeletConfiguration (``configz``, or the file with the flags laid over it)."""
    files: NotRequired[dict[str, dict[str, str]]]
    """Path -> owner, group and mode (four octal digits), of its configuration, unit and keys."""
    serving: NotRequired[bool]
    """It has a serving certificate that the cluster's authority signed."""


def object_type(api_version: str, kind: str) -> str:
    """Type token of Pulumi's Kubernetes provider: ``apps/v1``, ``DaemonSet`` -> ``kubernetes:apps/v1:DaemonSet``."""
    group = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{group}:{kind}"


def documents_of_objects(manifests: Iterable[Mapping[str, Any]]) -> list[Document]:
    """A document for each object of the API that people or programs wrote."""
    return [_document(manifest) for manifest in manifests if not _is_made(manifest)]


def _document(manifest: Mapping[str, Any]) -> Document:
    metadata = {**(manifest.get("metadata") or {})}
    metadata.pop("managedFields", None)
    props = {**manifest, "metadata": metadata}
    found = Document(type=object_type(str(manifest.get("apiVersion")), str(manifest.get("kind"))), name="", props=props)
    found["name"] = "/".join(str(part) for part in (metadata.get("namespace"), metadata.get("name")) if part)
    if manifest.get("kind") == "Secret":
        found["props"] = {key: value for key, value in props.items() if key not in SECRET_FIELDS}
        found["unread"] = {f"/{field}": "secret" for field in SECRET_FIELDS if field in manifest}
    return found


def _is_made(manifest: Mapping[str, Any]) -> bool:
    owners = (manifest.get("metadata") or {}).get("ownerReferences") or ()
    return any(owner.get("controller") and owner.get("kind") in MADE_BY for owner in owners)


def flags_of(arguments: Sequence[str]) -> dict[str, str]:
    """Flag without dashes -> value; ``--profiling`` alone is ``true``; of several the last counts."""
    found: dict[str, str] = {}
    for position, argument in enumerate(arguments):
        name, equals, value = argument.lstrip("-").partition("=")
        if not argument.startswith("-") or not name:
            continue
        following = arguments[position + 1] if position + 1 < len(arguments) else "-"
        found[name] = value if equals else ("true" if following.startswith("-") else following)
    return found


def resource_of_component(component: Mapping[str, Any], place: str) -> Resource:
    """The process as a resource: its `flags`, and what else was read; `place` is the host or pod it runs in."""
    program = str(component.get("name"))
    kind = COMPONENTS.get(program, f"kubernetes:component:{program}")
    rest = {key: value for key, value in component.items() if key not in {"name", "arguments"}}
    name = f"{place}/{program}"
    return Resource(urn_of(kind, name), kind, name, {"flags": flags_of(component.get("arguments") or ()), **rest})
