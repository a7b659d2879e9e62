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

from policies.controls import cite
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
    controls=cite("least-privilege", "audit-logging"),
    fix="use authentication mode API",
    code=('access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False}'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
