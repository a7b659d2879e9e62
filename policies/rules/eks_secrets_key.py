"""EKS encrypts secrets with the cluster's own key.

Requirement: secrets of an EKS cluster are encrypted with a KMS key of the stack before they are stored.
Why it matters: AWS encrypts the disk below; only this key can be taken away from whoever copies etcd.
What it looks at: `encryptionConfig` of clusters.
Known limits: it can be turned on later, but never off.
Fix: set `encryption_config`.
Sources: Amazon EKS User Guide, "Encrypt Kubernetes secrets with KMS"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(cluster: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if "secrets" not in texts(cluster.value("encryptionConfig.resources")):
        yield "secrets are not encrypted with a key of the cluster"


RULE = Rule(
    id="RW-PEKS-002",
    title="EKS encrypts secrets with the cluster's own key",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:eks/cluster:Cluster"}),
    controls=cite("encrypted-data-and-keys", "NIST-800-53r5:SC-12", "PCI-DSS-4.0.1:3.6.1", "CIS-K8S-2.0.1:1.2.27"),
    fix="name a key for secrets",
    code=(
        'encryption_config=aws.eks.ClusterEncryptionConfigArgs(provider={"key_arn": key.arn}, resources=["secrets"])'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
