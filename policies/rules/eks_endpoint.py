"""The Kubernetes API is not on the internet.

Requirement: the API server of an EKS cluster has a private endpoint, and a public one for named networks at most.
Why it matters: a leaked kubeconfig is then worth nothing from outside; holes of the API server are not reached by
scanners.
What it looks at: `vpcConfig` of clusters.
Known limits: a range that is not the whole internet but far too wide passes.
Fix: turn the public endpoint off, or name networks.
Sources: Amazon EKS Best Practices Guide, "Security"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, texts
from policies.rule import Resource, Rule, Severity

WORLD = frozenset({"0.0.0.0/0", "::/0"})


def _find(cluster: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(cluster.value("vpcConfig.endpointPrivateAccess")):
        yield "it has no private endpoint"
    if is_true(cluster.value("vpcConfig.endpointPublicAccess", default=True)):
        sources = texts(cluster.value("vpcConfig.publicAccessCidrs")) or ["0.0.0.0/0"]
        if wide := sorted(WORLD & set(sources)):
            yield f"the API is open to {', '.join(wide)}"


RULE = Rule(
    id="RW-PEKS-001",
    title="The Kubernetes API is not on the internet",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"aws:eks/cluster:Cluster"}),
    controls=cite("no-public-service"),
    fix="set endpointPublicAccess to false",
    code="aws.eks.ClusterVpcConfigArgs(endpoint_private_access=True, endpoint_public_access=False)",
    find=_find,
)
