"""EKS: who may use a cluster (access entries and their policies), and what its pods may do (pod identity).

Sources: Amazon EKS API Reference, "CreateAccessEntry", "AssociateAccessPolicy", "CreatePodIdentityAssociation"; Amazon
EKS User Guide, "Grant IAM users access to Kubernetes with EKS access entries", "Learn how EKS Pod Identity grants pods
access to AWS services" (docs.aws.amazon.com/eks, 2026-11).
"""

from __future__ import annotations

from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.services import eks_store as store
from rackwright.cloud.aws.services.eks_clusters import cluster_of
from rackwright.cloud.aws.services.eks_store import Cluster, Item, in_use, invalid, not_found

POLICIES = frozenset(
    f"arn:aws:eks::aws:cluster-access-policy/AmazonEKS{name}Policy"
    for name in ("ClusterAdmin", "Admin", "AdminView", "Edit", "View")
)
"""Access policies that can be associated."""


def _entry_of(call: Call, cluster: Cluster) -> Item:
    principal = call.params["principalArn"]
    if principal not in cluster.entries:
        raise not_found(f"The specified principalArn could not be found: {principal}")
    return cluster.entries[principal]


def _shown(entry: Item) -> dict[str, Any]:
    return {key: value for key, value in entry.data.items() if key != "policies"}


def add_entry(call: Call, cluster: Cluster, principal: str, *, kind: str, groups: list[str]) -> Item:
    """The entry of a principal; EKS adds that of a node role by itself, once."""
    if principal not in cluster.entries:
        cluster.entries[principal] = Item(
            {
                "clusterName": cluster.name,
                "principalArn": principal,
                "kubernetesGroups": groups,
                "accessEntryArn": store.arn(call, "access-entry", cluster.name, principal.rpartition("/")[2]),
                "createdAt": store.now(),
                "modifiedAt": store.now(),
                "username": principal,
                "type": kind,
                "tags": {},
                "policies": {},
            }
        )
    return cluster.entries[principal]


def create_entry(call: Call) -> Reply:
    """A principal that exists, once."""
    cluster, asked = cluster_of(call), call.params
    principal = asked["principalArn"]
    if cluster.data["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        mode = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]"
        raise ApiError("InvalidRequestException", f"{mode} to perform this operation.")
    if principal in cluster.entries:
        raise in_use("The specified access entry resource is already in use on this cluster.")
    known = {one.arn for kind in ("roles", "users") for one in getattr(call.state("iam"), kind).values()}
    if principal not in known:
        raise invalid(f"The specified principalArn is invalid: invalid principal {principal}")
    groups = list(asked.get("kubernetesGroups") or [])
    if any(group.startswith("system:") for group in groups):
        raise invalid("The specified kubernetesGroups must not start with system:")
    entry = add_entry(call, cluster, principal, kind=asked.get("type") or "STANDARD", groups=groups)
    entry.data.update(username=asked.get("username") or principal, tags=dict(asked.get("tags") or {}))
    return call.answer({"accessEntry": _shown(entry)})


def describe_entry(call: Call) -> Reply:
    """One entry."""
    return call.answer({"accessEntry": _shown(_entry_of(call, cluster_of(call)))})


def list_entries(call: Call) -> Reply:
    """Principals."""
    return call.answer({"accessEntries": sorted(cluster_of(call).entries)})


def update_entry(call: Call) -> Reply:
    """Groups and user name."""
    entry = _entry_of(call, cluster_of(call))
    entry.data.update({key: call.params[key] for key in ("kubernetesGroups", "username") if key in call.params})
    return call.answer({"accessEntry": _shown(entry)})


def delete_entry(call: Call) -> Reply:
    """The principal loses its access at once."""
    cluster = cluster_of(call)
    _entry_of(call, cluster)
    del cluster.entries[call.params["principalArn"]]
    return call.answer({})


def associate_policy(call: Call) -> Reply:
    """One of AWS's access policies, for the cluster or for some namespaces."""
    cluster, asked = cluster_of(call), call.params
    entry, policy, scope = _entry_of(call, cluster), asked["policyArn"], asked["accessScope"]
    if policy not in POLICIES:
        raise invalid(f"The specified policyArn is invalid: {policy}")
    if (scope.get("type") == "namespace") != bool(scope.get("namespaces")):
        raise invalid("Namespaces are required for, and only for, the access scope type namespace")
    found = {"policyArn": policy, "accessScope": scope, "associatedAt": store.now(), "modifiedAt": store.now()}
    entry.data["policies"][policy] = found
    answer = {"clusterName": cluster.name, "principalArn": asked["principalArn"], "associatedAccessPolicy": found}
    return call.answer(answer)


def list_policies(call: Call) -> Reply:
    """Policies of a principal."""
    cluster = cluster_of(call)
    policies = list(_entry_of(call, cluster).data["policies"].values())
    principal = call.params["principalArn"]
    return call.answer({"clusterName": cluster.name, "principalArn": principal, "associatedAccessPolicies": policies})


def disassociate_policy(call: Call) -> Reply:
    """The principal loses the policy."""
    entry = _entry_of(call, cluster_of(call))
    if entry.data["policies"].pop(call.params["policyArn"], None) is None:
        raise not_found(f"The specified policyArn is not associated: {call.params['policyArn']}")
    return call.answer({})


# --- pod identity -----------------------------------------------------------------------------------------------------


def associate(
    call: Call, cluster: Cluster, namespace: str, account: str, role: str, *, owner: str | None = None
) -> Item:
    """A role for a service account; each account has one. Raises `ApiError` for a second, or an unknown role."""
    taken = {(one.data["namespace"], one.data["serviceAccount"]) for one in cluster.associations.values()}
    if (namespace, account) in taken:
        raise in_use(f"Association already exists: {namespace}/{account}")
    if not any(known.arn == role for known in call.state("iam").roles.values()):
        raise invalid(f"Role provided in the request does not exist: {role}")
    id_ = f"a-{store.random_id(18)}"
    item = Item(
        {
            "clusterName": cluster.name,
            "namespace": namespace,
            "serviceAccount": account,
            "roleArn": role,
            "associationArn": f"arn:aws:eks:{call.region}:{call.account}:podidentityassociation/{cluster.name}/{id_}",
            "associationId": id_,
            "createdAt": store.now(),
            "modifiedAt": store.now(),
            "tags": {},
            **({"ownerArn": owner} if owner else {}),
        }
    )
    cluster.associations[id_] = item
    return item


def _association_of(call: Call) -> Item:
    cluster, id_ = cluster_of(call), call.params["associationId"]
    if id_ not in cluster.associations:
        raise not_found(f"Association not found: {id_}")
    return cluster.associations[id_]


def create_association(call: Call) -> Reply:
    """A role for a service account."""
    asked = call.params
    item = associate(call, cluster_of(call), asked["namespace"], asked["serviceAccount"], asked["roleArn"])
    item.data["tags"] = dict(asked.get("tags") or {})
    return call.answer({"association": item.data})


def describe_association(call: Call) -> Reply:
    """One association."""
    return call.answer({"association": _association_of(call).data})


def list_associations(call: Call) -> Reply:
    """In short, of a namespace or a service account where asked."""
    asked = call.params
    kept = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")
    found = [
        {key: one.data[key] for key in kept if key in one.data}
        for one in cluster_of(call).associations.values()
        if all(asked.get(key) in (None, one.data[key]) for key in ("namespace", "serviceAccount"))
    ]
    return call.answer({"associations": found})


def update_association(call: Call) -> Reply:
    """Another role."""
    item = _association_of(call)
    _refuse_owned(item)
    item.data.update(roleArn=call.params.get("roleArn", item.data["roleArn"]), modifiedAt=store.now())
    return call.answer({"association": item.data})


def delete_association(call: Call) -> Reply:
    """The service account loses its role."""
    item = _association_of(call)
    _refuse_owned(item)
    del cluster_of(call).associations[item.data["associationId"]]
    return call.answer({"association": item.data})


def _refuse_owned(item: Item) -> None:
    if "ownerArn" in item.data:
        raise in_use(f"The association is owned by {item.data['ownerArn']}; change it there.")


BEHAVIOURS: Behaviours = {
    ("eks", "CreateAccessEntry"): create_entry,
    ("eks", "DescribeAccessEntry"): describe_entry,
    ("eks", "ListAccessEntries"): list_entries,
    ("eks", "UpdateAccessEntry"): update_entry,
    ("eks", "DeleteAccessEntry"): delete_entry,
    ("eks", "AssociateAccessPolicy"): associate_policy,
    ("eks", "ListAssociatedAccessPolicies"): list_policies,
    ("eks", "DisassociateAccessPolicy"): disassociate_policy,
    ("eks", "CreatePodIdentityAssociation"): create_association,
    ("eks", "DescribePodIdentityAssociation"): describe_association,
    ("eks", "ListPodIdentityAssociations"): list_associations,
    ("eks", "UpdatePodIdentityAssociation"): update_association,
    ("eks", "DeletePodIdentityAssociation"): delete_association,
}
