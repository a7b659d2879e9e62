"""EKS: managed node groups, whose instances start through an auto-scaling group and EKS's own launch template.

Sources: Amazon EKS API Reference, "CreateNodegroup", "UpdateNodegroupConfig", "UpdateNodegroupVersion"; Amazon EKS User
Guide, "Customize managed nodes with launch templates" (what a template must not hold), "Troubleshoot: managed node
group errors" (AsgInstanceLaunchFailures), "Understand each phase of node updates" (docs.aws.amazon.com/eks, 2026-11).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import EKS_NODE_GROUP, begin, end, has_gone, is_busy, state_of
from rackwright.cloud.aws.services import eks_store as store
from rackwright.cloud.aws.services.eks_access import add_entry
from rackwright.cloud.aws.services.eks_clusters import cluster_of
from rackwright.cloud.aws.services.eks_store import Cluster, NodeGroup, in_use, invalid, not_found
from rackwright.cloud.aws.services.launches import template_data
from rackwright.cloud.aws.services.scaling_groups import activities_of, failures_of, try_again

FORBIDDEN = ("IamInstanceProfile", "InstanceInitiatedShutdownBehavior", "HibernationOptions")
"""What a launch template of a node group must not hold, because EKS sets it."""
MOST_FAILURES = 3
"""Launches that may fail in a row before a new group counts as failed; EKS waits some twenty minutes."""
MARKETS = {"SPOT": None, "ON_DEMAND": None, "CAPACITY_BLOCK": "capacity-block"}
"""Capacity type -> market type that the launch template must name; spot must not be named there."""


def _group_of(call: Call, cluster: Cluster) -> NodeGroup:
    _sweep(call, cluster)
    name = call.params["nodegroupName"]
    if name not in cluster.node_groups:
        raise not_found(f"No node group found for name: {name}.")
    return cluster.node_groups[name]


def _sweep(call: Call, cluster: Cluster) -> None:
    for group in store.gone(cluster.node_groups):
        _release(call, group)


def create(call: Call) -> Reply:
    """Check the request, then launch through an auto-scaling group."""
    cluster, asked = cluster_of(call), call.params
    if is_busy(cluster):
        raise ApiError("InvalidRequestException", f"Cluster '{cluster.name}' is not in ACTIVE status")
    if asked["nodegroupName"] in cluster.node_groups:
        raise in_use(f"NodeGroup already exists with name {asked['nodegroupName']} and cluster name {cluster.name}")
    data = template_data(call.state("ec2"), _named(asked.get("launchTemplate")))
    _check(call, cluster, data)
    group = _launch(call, cluster, data)
    cluster.node_groups[asked["nodegroupName"]] = group
    add_entry(call, cluster, asked["nodeRole"], kind="EC2_LINUX", groups=["system:nodes"])
    begin(group, EKS_NODE_GROUP)
    return call.answer({"nodegroup": described(call, group)})


def _named(template: Mapping[str, str] | None) -> dict[str, str]:
    """EKS's way to name a template version in EC2's."""
    words = {"id": "LaunchTemplateId", "name": "LaunchTemplateName", "version": "Version"}
    return {words[key]: value for key, value in (template or {}).items()}


def _check(call: Call, cluster: Cluster, data: Mapping[str, Any]) -> None:
    asked = call.params
    if held := [key for key in FORBIDDEN if data.get(key)]:
        raise invalid(f"Launch template must not specify {held[0]}")
    if data.get("InstanceType") and asked.get("instanceTypes"):
        raise invalid("You cannot specify instance types in both the launch template and the request")
    if data and asked.get("diskSize"):
        raise invalid("Disk size must be specified within the launch template")
    if any(nic.get("SubnetId") for nic in data.get("NetworkInterfaces") or []):
        raise invalid("Launch template must not specify subnets in network interfaces")
    market = (data.get("InstanceMarketOptions") or {}).get("MarketType")
    capacity = asked.get("capacityType") or "ON_DEMAND"
    if market != MARKETS[capacity]:
        raise invalid(f"Capacity type {capacity} does not go with the launch template's market type {market}")
    _check_sizes(asked.get("scalingConfig") or {})
    roles = {role.arn for role in call.state("iam").roles.values()}
    if asked["nodeRole"] not in roles:
        raise invalid(f"The role {asked['nodeRole']} does not exist")
    _check_release(cluster, asked)


def _check_sizes(asked: Mapping[str, int]) -> None:
    least, most = asked.get("minSize", 1), asked.get("maxSize", 2)
    if most < 1 or not least <= asked.get("desiredSize", least) <= most:
        raise invalid("minSize <= desiredSize <= maxSize and maxSize >= 1 do not hold")


def _check_release(cluster: Cluster, asked: Mapping[str, Any]) -> None:
    custom = asked.get("amiType") == "CUSTOM"
    if custom and (asked.get("version") or asked.get("releaseVersion")):
        raise invalid("You cannot specify a version with a custom AMI")
    if asked.get("version") and asked["version"] > cluster.data["version"]:
        raise invalid(f"Requested Nodegroup version {asked['version']} is newer than the cluster's")


def _launch(call: Call, cluster: Cluster, data: dict[str, Any]) -> NodeGroup:
    asked, label = call.params, f"eks-{call.params['nodegroupName']}-{store.random_id(8)}"
    profile = call.state("iam").create_instance_profile(label, "/", [asked["nodeRole"].rpartition("/")[2]])
    template = call.state("ec2").create_launch_template(label, "", _own_template(call, data, profile.arn), {})
    sizes = {"minSize": 1, "maxSize": 2, "desiredSize": 1, **(asked.get("scalingConfig") or {})}
    owner = {"eks:cluster-name": cluster.name, "eks:nodegroup-name": asked["nodegroupName"]}
    tags = {**owner, f"kubernetes.io/cluster/{cluster.name}": "owned"}
    call.state("autoscaling").create_auto_scaling_group(
        name=label,
        availability_zones=[],
        desired_capacity=sizes["desiredSize"],
        max_size=sizes["maxSize"],
        min_size=sizes["minSize"],
        launch_config_name="",
        launch_template={"LaunchTemplateId": template.id, "Version": "$Latest"},
        vpc_zone_identifier=",".join(asked["subnets"]),
        default_cooldown=None,
        health_check_period=None,
        health_check_type="EC2",
        load_balancers=[],
        target_group_arns=[],
        placement_group=None,
        termination_policies=["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"],
        tags=[_asg_tag(label, key, value) for key, value in tags.items()],
    )
    return NodeGroup(_data(call, cluster, sizes, label), label, template.id, profile.name)


def _asg_tag(group: str, key: str, value: str) -> dict[str, Any]:
    return {
        "ResourceId": group,
        "ResourceType": "auto-scaling-group",
        "Key": key,
        "Value": value,
        "PropagateAtLaunch": True,
    }


def _own_template(call: Call, data: dict[str, Any], profile: str) -> dict[str, Any]:
    """EKS copies the given template and adds what it owns: profile, type, spot market."""
    asked, own = call.params, copy.deepcopy(data)
    own["IamInstanceProfile"] = {"Arn": profile}
    own.setdefault("InstanceType", (asked.get("instanceTypes") or ["t3.medium"])[0])
    if asked.get("capacityType") == "SPOT":
        own["InstanceMarketOptions"] = {"MarketType": "spot"}
    own.setdefault("ImageId", "ami-eks0optimised00000")
    return own


def _data(call: Call, cluster: Cluster, sizes: dict[str, int], group: str) -> dict[str, Any]:
    asked = call.params
    template = asked.get("launchTemplate")
    custom = asked.get("amiType") == "CUSTOM"
    plain = (
        "nodegroupName",
        "instanceTypes",
        "subnets",
        "nodeRole",
        "labels",
        "taints",
        "nodeRepairConfig",
        "diskSize",
    )
    return {
        **{key: asked[key] for key in plain if asked.get(key)},
        "clusterName": cluster.name,
        "nodegroupArn": store.arn(call, "nodegroup", cluster.name, asked["nodegroupName"]),
        "version": None if custom else asked.get("version") or cluster.data["version"],
        "releaseVersion": None if custom else f"{cluster.data['version']}.0-20261101",
        "createdAt": store.now(),
        "modifiedAt": store.now(),
        "capacityType": asked.get("capacityType") or "ON_DEMAND",
        "amiType": asked.get("amiType") or "AL2023_x86_64_STANDARD",
        "scalingConfig": sizes,
        "updateConfig": asked.get("updateConfig") or {"maxUnavailable": 1},
        "resources": {"autoScalingGroups": [{"name": group}]},
        "tags": dict(asked.get("tags") or {}),
        **({"launchTemplate": _full_name(call, template)} if template else {}),
    }


def _full_name(call: Call, template: Mapping[str, str]) -> dict[str, str]:
    ec2 = call.state("ec2")
    by_id = template.get("id")
    found = ec2.get_launch_template(by_id) if by_id else ec2.get_launch_template_by_name(template["name"])
    return {"id": found.id, "name": found.name, "version": str(template.get("version") or found.default_version_number)}


def described(call: Call, group: NodeGroup) -> dict[str, Any]:
    """The group as the API shows it, with what its launches ran into."""
    scaling = call.state("autoscaling").autoscaling_groups.get(group.group)
    failures = failures_of(scaling) if scaling is not None else 0
    issues = []
    if failures:
        message = activities_of(scaling)[0].error
        issues = [{"code": "AsgInstanceLaunchFailures", "message": message, "resourceIds": [group.group]}]
    status = state_of(group, EKS_NODE_GROUP)
    if status == EKS_NODE_GROUP.ready and failures:
        new = not scaling.active_instances()
        status = ("CREATE_FAILED" if failures >= MOST_FAILURES else EKS_NODE_GROUP.creating) if new else "DEGRADED"
    return {**group.data, "status": status, "health": {"issues": issues}}


def describe(call: Call) -> Reply:
    """One group, after what was due has been launched again."""
    cluster = cluster_of(call)
    group = _group_of(call, cluster)
    try_again(call, call.state("autoscaling").autoscaling_groups.get(group.group))
    return call.answer({"nodegroup": described(call, group)})


def list_all(call: Call) -> Reply:
    """Names."""
    cluster = cluster_of(call)
    _sweep(call, cluster)
    return call.answer({"nodegroups": sorted(cluster.node_groups)})


def update_config(call: Call) -> Reply:
    """Sizes, labels, taints and how many nodes an update may take."""
    cluster, asked = cluster_of(call), call.params
    group = _group_of(call, cluster)
    store.ready_for_change(group, f"node group {asked['nodegroupName']}")
    data = group.data
    if sizes := asked.get("scalingConfig"):
        _check_sizes({**data["scalingConfig"], **sizes})
        data["scalingConfig"] = {**data["scalingConfig"], **sizes}
        _resize(call, group)
    labels = asked.get("labels") or {}
    kept = {k: v for k, v in data.get("labels", {}).items() if k not in (labels.get("removeLabels") or [])}
    data["labels"] = {**kept, **(labels.get("addOrUpdateLabels") or {})}
    data["taints"] = _taints(data.get("taints") or [], asked.get("taints") or {})
    for key in ("updateConfig", "nodeRepairConfig"):
        if key in asked:
            data[key] = asked[key]
    return store.updated(call, cluster, group, EKS_NODE_GROUP, "ConfigUpdate")


def _taints(old: list[dict[str, str]], asked: Mapping[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    gone = [(one["key"], one["effect"]) for key in asked for one in asked[key]]
    return [
        *(one for one in old if (one["key"], one["effect"]) not in gone),
        *(asked.get("addOrUpdateTaints") or []),
    ]


def _resize(call: Call, group: NodeGroup) -> None:
    sizes, scaling = group.data["scalingConfig"], call.state("autoscaling").autoscaling_groups[group.group]
    scaling.min_size, scaling.max_size = sizes["minSize"], sizes["maxSize"]
    scaling.set_desired_capacity(sizes["desiredSize"])


def update_version(call: Call) -> Reply:
    """Another release, or another version of the launch template; every node is replaced."""
    cluster, asked = cluster_of(call), call.params
    group = _group_of(call, cluster)
    store.ready_for_change(group, f"node group {asked['nodegroupName']}")
    _check_release(cluster, {**asked, "amiType": group.data["amiType"]})
    version = asked.get("version")
    if version:
        group.data.update(version=version, releaseVersion=asked.get("releaseVersion") or f"{version}.0-20261101")
    if template := asked.get("launchTemplate"):
        _take_template(call, group, template)
    _replace_nodes(call, group)
    return store.updated(call, cluster, group, EKS_NODE_GROUP, "VersionUpdate")


def _take_template(call: Call, group: NodeGroup, template: Mapping[str, str]) -> None:
    ec2 = call.state("ec2")
    own = ec2.get_launch_template(group.template)
    data = copy.deepcopy(template_data(ec2, _named(template)))
    before = own.latest_version().data
    kept = {
        key: before[key]
        for key in ("IamInstanceProfile", "ImageId", "InstanceType", "InstanceMarketOptions")
        if key in before
    }
    own.create_version({**kept, **data, "IamInstanceProfile": before["IamInstanceProfile"]}, "")
    group.data["launchTemplate"] = _full_name(call, template)


def _replace_nodes(call: Call, group: NodeGroup) -> None:
    scaling = call.state("autoscaling").autoscaling_groups[group.group]
    wanted = scaling.desired_capacity
    least, scaling.min_size = scaling.min_size, 0
    scaling.set_desired_capacity(0)
    scaling.set_desired_capacity(wanted)
    scaling.min_size = least


def delete(call: Call) -> Reply:
    """The instances end first, then the group is gone."""
    cluster = cluster_of(call)
    group = _group_of(call, cluster)
    scaling = call.state("autoscaling").autoscaling_groups.get(group.group)
    if scaling is not None:
        scaling.min_size = 0
        scaling.set_desired_capacity(0)
    end(group, EKS_NODE_GROUP)
    shown = {**group.data, "status": EKS_NODE_GROUP.deleting}
    if has_gone(group):
        _sweep(call, cluster)
    return call.answer({"nodegroup": shown})


def _release(call: Call, group: NodeGroup) -> None:
    if group.group in call.state("autoscaling").autoscaling_groups:
        call.state("autoscaling").delete_auto_scaling_group(group.group)
    call.state("ec2").delete_launch_template(None, group.template)
    iam = call.state("iam")
    for role in list(iam.instance_profiles[group.profile].roles):
        iam.remove_role_from_instance_profile(group.profile, role.name)
    iam.delete_instance_profile(group.profile)


BEHAVIOURS: Behaviours = {
    ("eks", "CreateNodegroup"): create,
    ("eks", "DescribeNodegroup"): describe,
    ("eks", "ListNodegroups"): list_all,
    ("eks", "UpdateNodegroupConfig"): update_config,
    ("eks", "UpdateNodegroupVersion"): update_version,
    ("eks", "DeleteNodegroup"): delete,
}
