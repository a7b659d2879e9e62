"""How rules read pods, whatever holds them: a Pod, or the template of a Deployment, DaemonSet, Job and the like."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from policies.reading import maps
from policies.rule import UNKNOWN, Resource, Unknown

POD = "kubernetes:core/v1:Pod"
CRON_JOB = "kubernetes:batch/v1:CronJob"
WORKLOADS = frozenset(
    {
        POD,
        CRON_JOB,
        "kubernetes:core/v1:ReplicationController",
        "kubernetes:apps/v1:DaemonSet",
        "kubernetes:apps/v1:Deployment",
        "kubernetes:apps/v1:ReplicaSet",
        "kubernetes:apps/v1:StatefulSet",
        "kubernetes:batch/v1:Job",
    }
)
"""Every type that holds a pod."""

SYSTEM = Path(__file__).with_name("system_pods.csv")
LISTS = ("initContainers", "containers", "ephemeralContainers")


def pod_of(resource: Resource) -> Resource:
    """The pod's spec, readable like a resource."""
    path = {POD: "spec", CRON_JOB: "spec.jobTemplate.spec.template.spec"}.get(resource.type, "spec.template.spec")
    found = resource.value(path)
    return Resource(resource.urn, resource.type, path, found if isinstance(found, Mapping) else {})


def containers_of(resource: Resource) -> list[Resource]:
    """The pod's containers of every kind, named as people know them."""
    pod = pod_of(resource)
    found = [each for name in LISTS for each in maps(pod, name)]
    return [Resource(each.urn, each.type, f"container {_name(each)}", each.props) for each in found]


def _name(container: Resource) -> str:
    name = container.props.get("name")
    return name if isinstance(name, str) else container.name


def namespace_of(resource: Resource) -> str:
    """Namespace of an object; ``default`` where it names none."""
    return str(resource.value("metadata.namespace", "default"))


def title_of(resource: Resource) -> str:
    """Name of an object; empty where it has none (yet)."""
    return str(resource.value("metadata.name", ""))


def security(container: Resource, pod: Resource, name: str) -> Any:
    """A field of the security context: the container's own, or else the pod's."""
    own = container.value(f"securityContext.{name}")
    return pod.value(f"securityContext.{name}") if own is None else own


@cache
def _system_pods() -> tuple[Mapping[str, str], ...]:
    with SYSTEM.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def may(resource: Resource, what: str) -> bool:
    """Whether `resource` is a part of the system that needs `what` (a column of `system_pods.csv`) to work.

    It must be the one meant: by namespace, by name and by the images of every container, each pinned by its digest, or
    started by the node itself (a static pod of the control plane).
    """
    row = next((row for row in _system_pods() if _is_meant(resource, row)), None)
    return row is not None and what in row["needs"].split()


def _is_meant(resource: Resource, row: Mapping[str, str]) -> bool:
    if not (fnmatchcase(namespace_of(resource), row["namespace"]) and fnmatchcase(title_of(resource), row["name"])):
        return False
    if row["image"] == "static":
        return bool(resource.value("metadata.annotations") and _is_static(resource))
    images = [each.value("image", "") for each in containers_of(resource)]
    return bool(images) and all(
        isinstance(image, str) and fnmatchcase(image, row["image"]) and "@sha256:" in image for image in images
    )


def _is_static(resource: Resource) -> bool:
    annotations = resource.value("metadata.annotations")
    return isinstance(annotations, Mapping) and "kubernetes.io/config.mirror" in annotations


def environment(container: Resource) -> Iterator[tuple[str, Any]]:
    """Name and literal value of each variable that a container is given; raises `Unknown` for an unknown value."""
    for entry in maps(container, "env"):
        value = entry.props.get("value")
        if value is UNKNOWN:
            raise Unknown(f"{container.name} env")
        yield str(entry.value("name", "")), value
