"""Resources from a Kubernetes API: the objects that rules judge, the control plane's processes and the kubelets.

Asks through a `Reader`, read-only and page by page. What may not be read is unknown, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from policies.rule import Resource
from policies.subjects.document import Document, resource_of
from policies.subjects.host import KUBELET
from policies.subjects.kubernetes import COMPONENTS, documents_of_objects, object_type, resource_of_component

PAGE = 500
"""Objects in one answer."""
SYSTEM = "kube-system"
PREFIX = "kubernetes:"
PROCESSES = "kubernetes:component:"
"""Beginning of types that are processes, and no objects of the API."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The API gave no answer, and why."""

    reason: str


class Reader(Protocol):
    """What is asked of a Kubernetes API."""

    def get(self, path: str, **query: str) -> Mapping[str, Any] | Refused:
        """The object at `path`."""


@dataclass(frozen=True, slots=True)
class _Kind:
    api_version: str
    kind: str
    path: str

    @property
    def type(self) -> str:
        return object_type(self.api_version, self.kind)


def kubernetes_resources(reader: Reader, judged: Iterable[str]) -> list[Resource]:
    """Everything of the types in `judged` that the API has."""
    wanted = {kind for kind in judged if kind.startswith(PREFIX) and not kind.startswith(PROCESSES)}
    kinds, hidden = _kinds(reader)
    found = [one for kind in kinds if kind.type in wanted for one in _objects(reader, kind)]
    unseen = wanted - {kind.type for kind in kinds} if hidden else ()
    found += [_unread(kind, hidden) for kind in sorted(unseen)]
    return [*found, *_control_plane(reader), *_kubelets(reader)]


def _kinds(reader: Reader) -> tuple[list[_Kind], str]:
    """Every kind that can be listed, in the version that the API prefers; and why there may be more, if so."""
    groups = reader.get("/apis")
    paths = {"v1": "/api/v1"}
    for group in () if isinstance(groups, Refused) else groups.get("groups", ()):
        version = group["preferredVersion"]["groupVersion"]
        paths[version] = f"/apis/{version}"
    answers = {version: reader.get(path) for version, path in paths.items()}
    kinds = [
        _Kind(version, one["kind"], f"{paths[version]}/{one['name']}")
        for version, answer in answers.items()
        for one in (() if isinstance(answer, Refused) else answer.get("resources", ()))
        if "list" in one.get("verbs", ()) and "/" not in one["name"]
    ]
    refused = [one.reason for one in (groups, *answers.values()) if isinstance(one, Refused)]
    return kinds, "; ".join(refused)


def _unread(kind: str, reason: str) -> Resource:
    name = f"every {kind.rpartition(':')[2]}"
    return resource_of(Document(type=kind, name=name, props={}, unread={"": reason}))


def _objects(reader: Reader, kind: _Kind) -> list[Resource]:
    answer = _all_pages(reader, kind.path)
    if isinstance(answer, Refused):
        return [_unread(kind.type, answer.reason)]
    whole = [{"apiVersion": kind.api_version, "kind": kind.kind, **item} for item in answer]
    return [resource_of(document) for document in documents_of_objects(whole)]


def _all_pages(reader: Reader, path: str) -> list[Mapping[str, Any]] | Refused:
    items: list[Mapping[str, Any]] = []
    following = ""
    while True:
        answer = reader.get(path, limit=str(PAGE), **({"continue": following} if following else {}))
        if isinstance(answer, Refused):
            return answer
        items += answer.get("items", ())
        following = str((answer.get("metadata") or {}).get("continue") or "")
        if not following:
            return items


def _control_plane(reader: Reader) -> Iterator[Resource]:
    """Processes of the control plane that run as pods; a managed one shows none, and is judged at its cloud."""
    pods = _all_pages(reader, f"/api/v1/namespaces/{SYSTEM}/pods")
    for pod in () if isinstance(pods, Refused) else pods:
        for container in (pod.get("spec") or {}).get("containers", ()):
            command = [*container.get("command", ()), *container.get("args", ())]
            program = command[0].rpartition("/")[2] if command else ""
            if program in COMPONENTS:
                place = str(pod["metadata"]["name"])
                yield resource_of_component({"name": program, "arguments": command[1:]}, place)


def _kubelets(reader: Reader) -> Iterator[Resource]:
    """The effective configuration of each node's kubelet."""
    nodes = _all_pages(reader, "/api/v1/nodes")
    for node in () if isinstance(nodes, Refused) else nodes:
        name = str(node["metadata"]["name"])
        answer = reader.get(f"/api/v1/nodes/{name}/proxy/configz")
        if isinstance(answer, Refused):
            yield resource_of(Document(type=KUBELET, name=name, props={}, unread={"": answer.reason}))
        else:
            yield resource_of(Document(type=KUBELET, name=name, props={"config": dict(answer["kubeletconfig"])}))
