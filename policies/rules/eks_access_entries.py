"""Rights in EKS are entries, not lines in a map.

Requirement: the cluster authenticates by access entries only, and its creator gets no rights by the way.
Why it matters: the aws-auth map is a text that one typing error empties; the creator's invisible right cannot be
taken away.
What it looks at: `accessConfig` of clusters.
Known limits: clusters made before 2024 have the map until they are changed.
Fix: set `authentication_mode` to API and `bootstrap_cluster_creator_admin_permissions` to False.
Sources: Amazon EKS User Guide, "Grant IAM users access to Kubernetes with EKS access entries"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(cluster: Resource, _: Sequence[Resource]) -> Iterator[str]:
    mode = cluster.value("accessConfig.authenticationMode", "CONFIG_MAP")
    if mode != "API":
        yield f"authenticationMode is {mode!r}, expected 'API'"
    if is_true(cluster.value("accessConfig.bootstrapClusterCreatorAdminPermissions", default=True)):
        yield "whoever creates the cluster administers it for ever"


RULE = Rule(
    id="RW-PEKS-007",
    title="Rights in EKS are entries, not lines in a map",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:eks/cluster:Cluster"}),
    controls=(
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
        "HIPAA:164.312(b)",
        "GDPR:Art.5(2)",
        "CCPA-REGS:7123(c)(7)",
        "SOX-ITGC:DSS06.05",
        "NIST-800-53r5:AU-2",
        "NIST-800-53r5:AU-12",
        "ISO-27001:A.8.15",
        "SOC2:CC7.2",
        "PCI-DSS-4.0.1:10.2.1",
    ),
    fix="use authentication mode API",
    code=('access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False}'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
