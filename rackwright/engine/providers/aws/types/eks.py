"""EKS clusters and node groups.

Replacement rules and ids are pulumi-aws's (registry pages "aws.eks.Cluster" and "aws.eks.NodeGroup", version 7.51).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rackwright.diagnostics import CapacityError, StepFailed
from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted, all_tags, pick, tag_outputs, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api
from rackwright.engine.providers.aws.waiting import wait_for


def retag(cloud: Cloud, arn: str, old: Props, wanted: Wanted) -> None:
    """Make the tags of a thing of EKS those that are wanted."""
    new = all_tags(cloud, wanted.get("tags"))
    if gone := [key for key in old.get("tags") or {} if key not in new]:
        cloud.call("eks", "UntagResource", resourceArn=arn, tagKeys=gone)
    if new:
        cloud.call("eks", "TagResource", resourceArn=arn, tags=new)


class Cluster(Resource):
    """EKS control plane; the name is the id."""

    type_ = "aws:eks/cluster:Cluster"
    service = "eks"
    autoname = "name"
    replaces = frozenset({"name", "roleArn", "kubernetesNetworkConfig", "bootstrapSelfManagedAddons"})
    computed = (
        *("arn", "certificateAuthority", "createdAt", "endpoint", "identities", "platformVersion", "status", "tagsAll"),
        "version",
    )
    defaults = fixed({"bootstrapSelfManagedAddons": True})
    moving = ("platformVersion",)

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it and wait until the API server answers."""
        params = cloud.params("eks", "CreateCluster", _asked(wanted.props))
        name = str(wanted.get("name"))
        cloud.call("eks", "CreateCluster", **{**params, "tags": all_tags(cloud, wanted.get("tags")) or None})
        self._wait(cloud, name)
        return name

    def _wait(self, cloud: Cloud, name: str) -> None:
        wait_for(lambda: self._state(cloud, name), "ACTIVE", f"EKS cluster {name}")

    @staticmethod
    def _item(cloud: Cloud, name: str) -> dict[str, Any] | None:
        item: dict[str, Any] | None = pick("cluster", cloud.find("eks", "DescribeCluster", name=name))
        return item

    def _state(self, cloud: Cloud, name: str) -> str | None:
        state = pick("status", self._item(cloud, name))
        if state == "FAILED":
            raise StepFailed(f"EKS cluster {name} failed", where=name, hint="its health issues are in the EKS console")
        return state if state is None else str(state)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it; what the API calls differently is given pulumi-aws's name."""
        item = self._item(cloud, id_)
        if item is None or item["status"] == "DELETING":
            return None
        setups = pick("logging.clusterLogging[?enabled].types[]", item) or []
        shown = {key: from_api(value) for key, value in item.items() if key not in {"tags", "resourcesVpcConfig"}}
        return {
            **shown,
            "vpcConfig": from_api(item["resourcesVpcConfig"]),
            "enabledClusterLogTypes": sorted(setups),
            "encryptionConfig": (shown.get("encryptionConfig") or [None])[0],
            "identities": [{"oidcs": [{"issuer": pick("identity.oidc.issuer", item)}]}],
            **tag_outputs(cloud, item.get("tags") or {}),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """EKS makes one change at a time, so each is waited for."""
        if "tags" in changed:
            retag(cloud, str(pick("arn", self._item(cloud, id_))), old, wanted)
        if "encryptionConfig" in changed:
            self._encrypt(cloud, id_, old, wanted)
        for prop in ("accessConfig", "enabledClusterLogTypes", "vpcConfig", "upgradePolicy", "deletionProtection"):
            if prop in changed:
                params = cloud.params("eks", "UpdateClusterConfig", _asked({prop: wanted.get(prop)}))
                cloud.call("eks", "UpdateClusterConfig", **params, name=id_)
                self._wait(cloud, id_)
        if "version" in changed:
            cloud.call("eks", "UpdateClusterVersion", name=id_, version=wanted.get("version"))
            self._wait(cloud, id_)

    def _encrypt(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted) -> None:
        if old.get("encryptionConfig"):
            hint = "make a new cluster and move to it, or keep the key; EKS cannot change the key of secrets"
            raise StepFailed(f"EKS cluster {id_} has its key of secrets for ever", where=id_, hint=hint)
        config = [from_wanted(wanted.get("encryptionConfig"))]
        cloud.call("eks", "AssociateEncryptionConfig", clusterName=id_, encryptionConfig=config)
        self._wait(cloud, id_)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it and wait until its interfaces are gone."""
        if known.get("deletionProtection") and self._item(cloud, id_) is not None:
            cloud.call("eks", "UpdateClusterConfig", name=id_, deletionProtection=False)
            self._wait(cloud, id_)
        when_free(lambda: cloud.call("eks", "DeleteCluster", name=id_))
        wait_for(lambda: self._state(cloud, id_), None, f"EKS cluster {id_}")

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name, once it is whole."""
        name = str(wanted.get("name"))
        if self._item(cloud, name) is None:
            return None
        self._wait(cloud, name)
        return name


def from_wanted(encryption: Mapping[str, Any]) -> dict[str, Any]:
    """`encryptionConfig` as the API takes it."""
    return {"resources": list(encryption["resources"]), "provider": dict(encryption["provider"])}


def _asked(props: Props) -> Props:
    """Properties of a cluster under the API's own names."""
    renamed = {"vpcConfig": "resourcesVpcConfig"}
    asked = {
        renamed.get(key, key): value for key, value in props.items() if key not in {"enabledClusterLogTypes", "tags"}
    }
    if "encryptionConfig" in asked:
        asked["encryptionConfig"] = [from_wanted(asked["encryptionConfig"])]
    if "enabledClusterLogTypes" in props:
        asked["logging"] = {"clusterLogging": _log_setups(props["enabledClusterLogTypes"] or [])}
    return asked


def _log_setups(on: list[str]) -> list[dict[str, Any]]:
    every = ("api", "audit", "authenticator", "controllerManager", "scheduler")
    off = [kind for kind in every if kind not in on]
    return [{"types": types, "enabled": state} for types, state in ((list(on), True), (off, False)) if types]


class NodeGroup(Resource):
    """Managed node group; ``cluster:name`` is the id. Its creation returns when its nodes run."""

    type_ = "aws:eks/nodeGroup:NodeGroup"
    service = "eks"
    autoname = "nodeGroupName"
    replaces = frozenset(
        (
            *("amiType", "capacityType", "clusterName", "diskSize", "instanceTypes", "nodeGroupName"),
            *("nodeGroupNamePrefix", "nodeRoleArn", "remoteAccess", "subnetIds"),
        )
    )
    computed = ("arn", "resources", "status", "tagsAll", "version", "releaseVersion", "capacityType", "amiType")
    names = fixed({"nodegroupName": "nodeGroupName", "nodeRole": "nodeRoleArn", "subnets": "subnetIds"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it and wait for its nodes; one that got none is deleted again."""
        params = cloud.params("eks", "CreateNodegroup", {**wanted.props, "tags": None}, self.names)
        cloud.call("eks", "CreateNodegroup", **params, tags=all_tags(cloud, wanted.get("tags")) or None)
        id_ = self._id(wanted)
        try:
            self._wait(cloud, id_)
        except CapacityError:
            self.delete(cloud, id_, wanted.props)
            raise
        return id_

    @staticmethod
    def _id(wanted: Wanted) -> str:
        return f"{wanted.get('clusterName')}:{wanted.get('nodeGroupName')}"

    @staticmethod
    def _where(id_: str) -> dict[str, str]:
        cluster, _, name = id_.partition(":")
        return {"clusterName": cluster, "nodegroupName": name}

    def _item(self, cloud: Cloud, id_: str) -> dict[str, Any] | None:
        item: dict[str, Any] | None = pick("nodegroup", cloud.find("eks", "DescribeNodegroup", **self._where(id_)))
        return item

    def _wait(self, cloud: Cloud, id_: str) -> None:
        wait_for(lambda: self._state(cloud, id_), "ACTIVE", f"node group {id_}")

    def _state(self, cloud: Cloud, id_: str) -> str | None:
        item = self._item(cloud, id_)
        state = pick("status", item)
        if state in {"CREATE_FAILED", "DEGRADED", "DELETE_FAILED"}:
            raise _failure(id_, str(state), pick("health.issues[].message", item) or [])
        return state if state is None else str(state)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it."""
        item = self._item(cloud, id_)
        if item is None or item["status"] == "DELETING":
            return None
        plain = {key: value for key, value in item.items() if key not in {"tags", "resources", "labels"}}
        groups = [{"name": one["name"]} for one in pick("resources.autoScalingGroups", item) or []]
        return {
            **from_api(plain, self.names),
            "arn": item["nodegroupArn"],
            "labels": dict(item.get("labels") or {}),
            "resources": [{"autoscalingGroups": groups}],
            **tag_outputs(cloud, item.get("tags") or {}),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Sizes, labels and taints in place; another release or template replaces every node, a few at a time."""
        where = self._where(id_)
        if "tags" in changed:
            retag(cloud, str(pick("nodegroupArn", self._item(cloud, id_))), old, wanted)
        if changed & {"scalingConfig", "updateConfig", "nodeRepairConfig", "labels", "taints"}:
            cloud.call("eks", "UpdateNodegroupConfig", **where, **_config_changes(cloud, old, wanted, changed))
            self._wait(cloud, id_)
        if changed & {"launchTemplate", "version", "releaseVersion"}:
            keys = changed & {"launchTemplate", "version", "releaseVersion"}
            params = cloud.params("eks", "UpdateNodegroupVersion", {key: wanted.get(key) for key in keys})
            force = bool(wanted.get("forceUpdateVersion")) or None
            cloud.call("eks", "UpdateNodegroupVersion", **where, **params, force=force)
            self._wait(cloud, id_)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it and wait until its nodes are gone."""
        when_free(lambda: cloud.call("eks", "DeleteNodegroup", **self._where(id_)))
        wait_for(lambda: pick("status", self._item(cloud, id_)), None, f"node group {id_}")

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name, once its nodes run; one that failed is deleted, so that it is made again."""
        id_ = self._id(wanted)
        item = self._item(cloud, id_)
        if item is None:
            return None
        if item["status"] == "CREATE_FAILED":
            self.delete(cloud, id_, wanted.props)
            return None
        self._wait(cloud, id_)
        return id_

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """Sizes in order."""
        sizes = props.get("scalingConfig") or {}
        numbers = [
            int(sizes[key]) for key in ("minSize", "desiredSize", "maxSize") if isinstance(sizes.get(key), float | int)
        ]
        if numbers == sorted(numbers):
            return []
        return [("scalingConfig", f"minSize <= desiredSize <= maxSize does not hold: {numbers}")]


def _failure(id_: str, state: str, issues: list[str]) -> CapacityError | StepFailed:
    told = f"node group {id_} is {state}: {'; '.join(issues) or 'no reason given'}"
    if re.search(r"[Cc]apacity|[Ll]imit|[Qq]uota|free addresses", told):
        return CapacityError(told, where=id_, hint="try another zone or machine type, or a reservation")
    return StepFailed(told, where=id_, hint="the group's health issues say what its launches ran into")


def _config_changes(cloud: Cloud, old: Props, wanted: Wanted, changed: frozenset[str]) -> dict[str, Any]:
    """Parameters of UpdateNodegroupConfig: labels and taints go as differences."""
    plain = changed & {"scalingConfig", "updateConfig", "nodeRepairConfig"}
    params = cloud.params("eks", "UpdateNodegroupConfig", {key: wanted.get(key) for key in plain})
    if "labels" in changed:
        before, after = old.get("labels") or {}, wanted.get("labels") or {}
        gone = [key for key in before if key not in after]
        params["labels"] = {"addOrUpdateLabels": dict(after), "removeLabels": gone}
    if "taints" in changed:
        new = list(wanted.get("taints") or [])
        gone_taints = [one for one in old.get("taints") or [] if one not in new]
        params["taints"] = {"addOrUpdateTaints": new, "removeTaints": gone_taints}
    return params
