"""Pods carry a token of the cluster only where they use it.

Requirement: pods that do not talk to the API server mount no token: `automountServiceAccountToken` is false, or the
service account is one made for them.
Why it matters: the token of a broken-in pod asks the API server in its name, from anywhere.
What it looks at: `automountServiceAccountToken` and `serviceAccountName` of pods.
Known limits: whether a program uses its token nobody can see from outside; a service account of its own is taken as a
sign of it.
Fix: set `automountServiceAccountToken: false`, or give the pod an account of its own.
Sources: Kubernetes documentation, "Configure Service Accounts for Pods"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import WORKLOADS, may, pod_of
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    pod = pod_of(resource)
    account = pod.value("serviceAccountName", "default")
    mounted = pod.value("automountServiceAccountToken", default=True) is not False
    if mounted and account == "default" and not may(resource, "tokens"):
        yield "the token of the default service account is mounted"


RULE = Rule(
    id="RW-PPOD-015",
    title="Pods carry a token of the cluster only where they use it",
    severity=Severity.MEDIUM,
    applies_to=WORKLOADS,
    controls=cite("least-privilege", "CIS-K8S-2.0.1:5.1.5", "CIS-K8S-2.0.1:5.1.6"),
    fix="set automountServiceAccountToken to false",
    code="automountServiceAccountToken: false",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
