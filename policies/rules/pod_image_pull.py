"""A pod cannot start an image that it may not pull.

Requirement: images are pulled, or checked with the registry, at every start.
Why it matters: with IfNotPresent a pod of another tenant starts a private image that happens to lie on the node,
without any credential.
What it looks at: `imagePullPolicy` of every container.
Known limits: the admission plug-in AlwaysPullImages does it for the whole cluster; waive the rule there.
Fix: set `imagePullPolicy: Always`; with a digest it costs one request.
Sources: Kubernetes documentation, "Images", section "Image pull policy"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, containers_of, may
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for container in containers_of(resource):
        policy = container.value("imagePullPolicy")
        if policy != "Always" and not may(resource, "root"):
            yield f"{container.name} has imagePullPolicy {policy!r}, expected 'Always'"


RULE = Rule(
    id="RW-PPOD-012",
    title="A pod cannot start an image that it may not pull",
    severity=Severity.LOW,
    applies_to=WORKLOADS,
    controls=cite("supply-chain", "least-privilege"),
    fix="set imagePullPolicy to Always",
    code="imagePullPolicy: Always",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
