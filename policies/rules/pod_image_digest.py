"""Pods run the images that were reviewed.

Requirement: images are named by digest, from a registry by name.
Why it matters: a tag is moved by whoever may push; the next start of the pod then runs other code than was scanned
and approved.
What it looks at: `image` of every container; a name without a registry is that of Docker Hub.
Known limits: whether the digest is that of the lock is judged by RW-PIMG-001 at the lock.
Fix: pin it: `image@sha256:…`, as the lock names it.
Sources: Kubernetes documentation, "Images"; NIST SP 800-190 4.1
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for container in containers_of(resource):
        image = container.value("image", "")
        if not isinstance(image, str) or "@sha256:" not in image:
            yield f"{container.name} runs {image!r}, which has no digest"
        elif "." not in image.partition("/")[0]:
            yield f"{container.name} runs {image.partition('@')[0]!r} of no named registry"


RULE = Rule(
    id="RW-PPOD-011",
    title="Pods run the images that were reviewed",
    severity=Severity.HIGH,
    applies_to=WORKLOADS,
    controls=cite("supply-chain", "CIS-K8S-2.0.1:5.5.1"),
    fix="name images as registry/name@sha256:…",
    code="image: nvcr.io/nvidia/pytorch@sha256:…",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
