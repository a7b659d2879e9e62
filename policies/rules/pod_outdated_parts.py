"""No part that its makers have given up runs in the cluster.

Requirement: no Tiller (Helm 2), no old Kubernetes dashboard, no git-sync with commands of its own, and no GPU part
below its first safe version.
Why it matters: Tiller and the dashboard gave cluster-admin to whoever reached them; old versions of the GPU operator,
the device plug-in and DCGM have published holes.
What it looks at: images of containers by name and tag; versions from the catalog's security bulletins.
Known limits: an image by digest alone tells no version; the lock is judged for those.
Fix: remove it, or upgrade.
Sources: NVIDIA Product Security (bulletin numbers in `rackwright/catalog/data/security.yaml`); Helm, "Helm 2
deprecation"; CVE-2018-18264
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.floors import older_than_safe
from policies.pods import WORKLOADS, containers_of, environment
from policies.rule import Enforcement, Resource, Rule, Severity

GIVEN_UP = {"tiller": "Helm 2 is given up", "kubernetes-dashboard": "the dashboard is given up"}
PRODUCTS = {
    "gpu-operator": "gpu-operator",
    "k8s-device-plugin": "device-plugin",
    "dcgm": "dcgm",
    "dcgm-exporter": "dcgm-exporter",
    "k8s-mig-manager": "mig-manager",
    "container-toolkit": "container-toolkit",
}
"""Name of an image -> product of the catalog's bulletins."""

NAME = re.compile(r"([^/:@]+)(?::v?(\d+(?:\.\d+)*)[^@]*)?(?:@.*)?$")


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for container in containers_of(resource):
        name, version = _parts(str(container.value("image", "")))
        if name in GIVEN_UP:
            yield f"{container.name} runs {name}: {GIVEN_UP[name]}"
        if name.startswith("git-sync") and any("GIT_SYNC_GIT" in key for key, _ in environment(container)):
            yield f"{container.name} lets a variable choose the program that git-sync runs"
        for fault in older_than_safe(PRODUCTS.get(name, ""), version):
            yield f"{container.name}: {fault}"


def _parts(image: str) -> tuple[str, str | None]:
    found = NAME.search(image)
    return (found.group(1), found.group(2)) if found else ("", None)


RULE = Rule(
    id="RW-PPOD-018",
    title="No part that its makers have given up runs in the cluster",
    severity=Severity.MEDIUM,
    applies_to=WORKLOADS,
    controls=cite("patching"),
    fix="remove or upgrade the part",
    code="image: nvcr.io/nvidia/k8s-device-plugin:v0.17.3@sha256:…",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
