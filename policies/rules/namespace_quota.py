"""No namespace can take all GPUs.

Requirement: each namespace has a quota that limits GPUs.
Why it matters: without a quota one team's mistake, or one stolen token, takes every GPU of the cluster and the money
behind it.
What it looks at: ResourceQuotas with a hard limit on `requests.nvidia.com/…`, or on any resource of `nvidia.com`.
Known limits: Kueue and Volcano keep quotas of their own: waive the rule where they admit every job.
Fix: give the namespace a ResourceQuota.
Sources: Kubernetes documentation, "Resource Quotas"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.namespaces import SYSTEM
from policies.pods import namespace_of
from policies.reading import entries, of_type
from policies.rule import Enforcement, Resource, Rule, Severity

OBJECT = "kubernetes:core/v1:ResourceQuota"


def _find(namespace: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    name = str(namespace.value("metadata.name", ""))
    if name in SYSTEM:
        return
    mine = [each for each in of_type(resources, OBJECT) if namespace_of(each) == name]
    if not any(any("nvidia.com/" in key for key, _limit in entries(each, "spec.hard")) for each in mine):
        yield "no quota limits its GPUs"


RULE = Rule(
    id="RW-PNSP-003",
    title="No namespace can take all GPUs",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:core/v1:Namespace"}),
    controls=cite("tenant-isolation", "quotas"),
    fix="add a ResourceQuota for GPUs",
    code='spec: {hard: {requests.nvidia.com/gpu: "8"}}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
