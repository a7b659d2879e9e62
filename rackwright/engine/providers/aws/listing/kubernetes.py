"""How the things of EKS are found: each belongs to a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rackwright.engine.providers.aws.listing.finding import Found, Lister, listed, under
from rackwright.engine.providers.aws.listing.reading import ReadOnlyCloud

CLUSTER = "aws:eks/cluster:Cluster"
ENTRIES = "accessEntries[]"


def _policies(cloud: ReadOnlyCloud, before: Mapping[str, Sequence[Found]]) -> list[Found]:
    found = []
    for cluster in before.get(CLUSTER, ()):
        for principal in cloud.listed("eks", "ListAccessEntries", ENTRIES, clusterName=cluster.id):
            where = {"clusterName": cluster.id, "principalArn": principal}
            policies = cloud.listed(
                "eks", "ListAssociatedAccessPolicies", "associatedAccessPolicies[].policyArn", **where
            )
            found += [Found(f"{cluster.id}#{principal}#{policy}", where) for policy in policies]
    return found


def _associations(cloud: ReadOnlyCloud, before: Mapping[str, Sequence[Found]]) -> list[Found]:
    """Those that no add-on owns: they are the add-on's property, not things of their own."""
    free = "associations[?!ownerArn].associationId"
    return [
        Found(str(id_), {"clusterName": cluster.id})
        for cluster in before.get(CLUSTER, ())
        for id_ in cloud.listed("eks", "ListPodIdentityAssociations", free, clusterName=cluster.id)
    ]


KUBERNETES: dict[str, Lister] = {
    CLUSTER: listed("eks", "ListClusters", "clusters[]"),
    "aws:eks/nodeGroup:NodeGroup": under(
        CLUSTER, "eks", "ListNodegroups", "clusterName", "nodegroups[]", "{parent}:{item}"
    ),
    "aws:eks/addon:Addon": under(CLUSTER, "eks", "ListAddons", "clusterName", "addons[]", "{parent}:{item}"),
    "aws:eks/accessEntry:AccessEntry": under(
        CLUSTER, "eks", "ListAccessEntries", "clusterName", ENTRIES, "{parent}:{item}"
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _policies,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _associations,
}
"""Every type of EKS."""
