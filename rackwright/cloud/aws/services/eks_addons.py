"""EKS: add-ons, their versions, and those that need a node to run on.

Sources: Amazon EKS API Reference, "CreateAddon", "UpdateAddon", "DescribeAddon"; Amazon EKS User Guide, "AWS add-ons"
and "Amazon EKS add-ons" (docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html, 2026-11).
Versions are those of the catalog, and of the local cloud's own making where it has none.
"""

from __future__ import annotations

import json
from typing import Any

from rackwright.catalog.addons import load_addons
from rackwright.cloud.aws.call import Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import EKS_ADDON, begin, end, has_gone, state_of
from rackwright.cloud.aws.services import eks_store as store
from rackwright.cloud.aws.services.eks_access import associate
from rackwright.cloud.aws.services.eks_clusters import cluster_of
from rackwright.cloud.aws.services.eks_store import Cluster, Item, in_use, invalid, not_found

OWN = {
    "vpc-cni": ("v1.20.4-eksbuild.1", "v1.18.5-eksbuild.1", "v1.18.3-eksbuild.1"),
    "kube-proxy": ("v1.35.0-eksbuild.1",),
    "coredns": ("v1.12.4-eksbuild.1",),
    "eks-pod-identity-agent": ("v1.3.9-eksbuild.1",),
    "eks-node-monitoring-agent": ("v1.4.1-eksbuild.1",),
    "aws-ebs-csi-driver": ("v1.51.0-eksbuild.1",),
    "aws-efs-csi-driver": ("v2.1.13-eksbuild.1",),
    "aws-fsx-csi-driver": ("v1.7.0-eksbuild.1",),
    "aws-mountpoint-s3-csi-driver": ("v2.1.0-eksbuild.1",),
    "amazon-cloudwatch-observability": ("v4.4.0-eksbuild.1",),
    "snapshot-controller": ("v8.3.0-eksbuild.1",),
    "metrics-server": ("v0.8.0-eksbuild.1",),
}
"""Add-on -> versions of the form of AWS's, the default one first."""
KNOWN = {
    name: (*dict.fromkeys((*own, *(one.version for one in load_addons() if one.name == name))),)
    for name, own in OWN.items()
}
"""The same with those of the catalog."""
DEPLOYMENTS = frozenset(("coredns", "aws-ebs-csi-driver", "aws-efs-csi-driver", "aws-fsx-csi-driver", "metrics-server"))
"""Add-ons with pods that need a node which takes them: without one they stay DEGRADED."""


def _addon_of(call: Call, cluster: Cluster) -> Item:
    for item in store.gone(cluster.addons):
        _release(cluster, item)
    name = call.params["addonName"]
    if name not in cluster.addons:
        raise not_found(f"No addon: {name} found in cluster: {cluster.name}")
    return cluster.addons[name]


def create(call: Call) -> Reply:
    """An add-on of a known version, with roles for its service accounts."""
    cluster, asked, name = cluster_of(call), call.params, call.params["addonName"]
    if name in cluster.addons:
        raise in_use(f"Addon already exists: {name}")
    _check(name, asked)
    addon = Item(
        {
            "addonName": name,
            "clusterName": cluster.name,
            "addonVersion": asked.get("addonVersion") or KNOWN[name][0],
            "addonArn": store.arn(call, "addon", cluster.name, name),
            "createdAt": store.now(),
            "modifiedAt": store.now(),
            "tags": dict(asked.get("tags") or {}),
            **{key: asked[key] for key in ("configurationValues", "serviceAccountRoleArn") if asked.get(key)},
        }
    )
    cluster.addons[name] = addon
    _set_roles(call, cluster, addon, asked.get("podIdentityAssociations") or [])
    begin(addon, EKS_ADDON)
    return call.answer({"addon": described(call, cluster, addon)})


def _check(name: str, asked: dict[str, Any]) -> None:
    if name not in KNOWN:
        raise invalid(f"Addon {name} is not supported")
    if asked.get("addonVersion") and asked["addonVersion"] not in KNOWN[name]:
        raise invalid(f"Addon version specified is not supported: {asked['addonVersion']}")
    try:
        json.loads(asked.get("configurationValues") or "{}")
    except ValueError as wrong:
        raise invalid(f"ConfigurationValue provided in request is not supported: {wrong}") from wrong


def _set_roles(call: Call, cluster: Cluster, addon: Item, asked: list[dict[str, str]]) -> None:
    """The associations that the add-on owns, in place of those that it had."""
    for id_ in [key for key, one in cluster.associations.items() if one.data.get("ownerArn") == addon.data["addonArn"]]:
        del cluster.associations[id_]
    owned = [
        associate(call, cluster, "kube-system", one["serviceAccount"], one["roleArn"], owner=addon.data["addonArn"])
        for one in asked
    ]
    addon.data["podIdentityAssociations"] = [one.data["associationArn"] for one in owned]


def _runs(call: Call, cluster: Cluster, addon: Item) -> bool:
    if addon.data["addonName"] not in DEPLOYMENTS:
        return True
    scaling = call.state("autoscaling").autoscaling_groups
    return any(
        not any(taint["effect"] != "PREFER_NO_SCHEDULE" for taint in group.data.get("taints") or [])
        and group.group in scaling
        and scaling[group.group].active_instances()
        for group in cluster.node_groups.values()
    )


def described(call: Call, cluster: Cluster, addon: Item) -> dict[str, Any]:
    """The add-on as the API shows it."""
    status, issues = state_of(addon, EKS_ADDON), []
    if status == EKS_ADDON.ready and not _runs(call, cluster, addon):
        message = "The add-on is unhealthy because it doesn't have the desired number of replicas."
        issues = [{"code": "InsufficientNumberOfReplicas", "message": message, "resourceIds": []}]
        status = "DEGRADED"
    return {**addon.data, "status": status, "health": {"issues": issues}}


def describe(call: Call) -> Reply:
    """One add-on."""
    cluster = cluster_of(call)
    return call.answer({"addon": described(call, cluster, _addon_of(call, cluster))})


def list_all(call: Call) -> Reply:
    """Names."""
    return call.answer({"addons": sorted(cluster_of(call).addons)})


def update(call: Call) -> Reply:
    """Another version, configuration or roles."""
    cluster, asked = cluster_of(call), call.params
    addon = _addon_of(call, cluster)
    store.ready_for_change(addon, f"add-on {asked['addonName']}")
    _check(asked["addonName"], asked)
    addon.data.update({key: asked[key] for key in ("addonVersion", "configurationValues") if asked.get(key)})
    if "podIdentityAssociations" in asked:
        _set_roles(call, cluster, addon, asked["podIdentityAssociations"])
    return store.updated(call, cluster, addon, EKS_ADDON, "AddonUpdate")


def delete(call: Call) -> Reply:
    """The add-on goes, with the roles that it owns."""
    cluster = cluster_of(call)
    addon = _addon_of(call, cluster)
    end(addon, EKS_ADDON)
    if has_gone(addon):
        _release(cluster, cluster.addons.pop(call.params["addonName"]))
    return call.answer({"addon": {**addon.data, "status": EKS_ADDON.deleting}})


def _release(cluster: Cluster, addon: Item) -> None:
    owned = [key for key, one in cluster.associations.items() if one.data.get("ownerArn") == addon.data["addonArn"]]
    for id_ in owned:
        del cluster.associations[id_]


def versions(call: Call) -> Reply:
    """What can be installed."""
    name = call.params.get("addonName")
    release = call.params.get("kubernetesVersion") or "1.35"
    found = [
        {"addonName": key, "type": "networking", "addonVersions": [_version(one, known, release) for one in known]}
        for key, known in KNOWN.items()
        if name in (None, key)
    ]
    return call.answer({"addons": found})


def _version(one: str, known: tuple[str, ...], release: str) -> dict[str, Any]:
    fits = {"clusterVersion": release, "platformVersions": ["*"], "defaultVersion": one == known[0]}
    return {"addonVersion": one, "compatibilities": [fits]}


BEHAVIOURS: Behaviours = {
    ("eks", "CreateAddon"): create,
    ("eks", "DescribeAddon"): describe,
    ("eks", "ListAddons"): list_all,
    ("eks", "UpdateAddon"): update,
    ("eks", "DeleteAddon"): delete,
    ("eks", "DescribeAddonVersions"): versions,
}
