"""EKS: clusters, their network, their updates and their end.

Sources: Amazon EKS API Reference, "CreateCluster", "UpdateClusterConfig", "UpdateClusterVersion", "DeleteCluster"
(docs.aws.amazon.com/eks/latest/APIReference); Amazon EKS User Guide, "View Amazon EKS networking requirements for VPC
and subnets", "View Amazon EKS security group requirements for clusters", "Update existing cluster to new Kubernetes
version" (docs.aws.amazon.com/eks/latest/userguide, 2026-11).
"""

from __future__ import annotations

import base64
from ipaddress import ip_network
from typing import Any

from moto.ec2.exceptions import InvalidSubnetIdError

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import EKS_CLUSTER, begin, end, has_gone, is_busy, state_of
from rackwright.cloud.aws.services import eks_store as store
from rackwright.cloud.aws.services.eks_store import Cluster, clusters, in_use, invalid, not_found
from rackwright.cloud.aws.tagged import tag_listing, tagging

VERSIONS = tuple(f"1.{minor}" for minor in range(30, 36))
"""Releases that can be created, oldest first."""
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
LEAST_ZONES = 2
INTERFACES = 2
"""Network interfaces that the control plane takes at least; it may take four."""


def cluster_of(call: Call) -> Cluster:
    """The cluster that the call names. Raises `ApiError` when there is none."""
    sweep(call)
    name = call.params.get("clusterName") or call.params["name"]
    if name not in clusters(call):
        raise not_found(f"No cluster found for name: {name}.")
    return clusters(call)[name]


def sweep(call: Call) -> None:
    """Remove the clusters whose deletion is over."""
    for cluster in store.gone(clusters(call)):
        _release(call, cluster)


def described(cluster: Cluster) -> dict[str, Any]:
    """The cluster as the API shows it."""
    return {**cluster.data, "status": state_of(cluster, EKS_CLUSTER)}


def create(call: Call) -> Reply:
    """A control plane with interfaces in its subnets and a security group that all its nodes share."""
    asked, name = call.params, call.params["name"]
    sweep(call)
    if name in clusters(call):
        raise in_use(f"Cluster already exists with name: {name}")
    version = asked.get("version") or VERSIONS[-1]
    if version not in VERSIONS:
        raise invalid(f"unsupported Kubernetes version {version}")
    _check_role(call, asked["roleArn"])
    subnets = subnets_of(call, asked["resourcesVpcConfig"])
    _check_services(asked, subnets)
    network = _network(call, name, subnets, asked["resourcesVpcConfig"])
    cluster = Cluster(_data(call, version, network), _interfaces(call, name, subnets, network))
    clusters(call)[name] = cluster
    _ensure_log_group(call, cluster)
    begin(cluster, EKS_CLUSTER)
    return call.answer({"cluster": described(cluster)})


def _check_role(call: Call, arn: str) -> None:
    if not any(role.arn == arn for role in call.state("iam").roles.values()):
        raise invalid(f"Role with arn: {arn}, could not be assumed because it does not exist or the trust is missing.")


def subnets_of(call: Call, asked: dict[str, Any]) -> list[Any]:
    """The subnets of a request: they exist, in one VPC, in two zones or more."""
    ec2 = call.state("ec2")
    try:
        subnets = [ec2.get_subnet(id_) for id_ in asked.get("subnetIds") or []]
    except InvalidSubnetIdError as unknown:
        raise invalid(f"The subnet ID does not exist: {unknown}") from unknown
    if len({subnet.availability_zone for subnet in subnets}) < LEAST_ZONES:
        raise invalid("Subnets specified must be in at least two different AZs")
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise invalid("All subnets must be in the same VPC")
    check_endpoint(asked)
    return subnets


def check_endpoint(asked: dict[str, Any]) -> None:
    """The API server can be reached from somewhere."""
    public, private = asked.get("endpointPublicAccess", True), asked.get("endpointPrivateAccess", False)
    if not public and not private:
        raise invalid("Private and public endpoint access cannot both be disabled.")
    if asked.get("publicAccessCidrs") and not public:
        raise invalid("publicAccessCidrs cannot be given when public access is disabled.")


def _check_services(asked: dict[str, Any], subnets: list[Any]) -> None:
    cidr = (asked.get("kubernetesNetworkConfig") or {}).get("serviceIpv4Cidr")
    if cidr and any(ip_network(cidr).overlaps(subnet.cidr) for subnet in subnets):
        raise invalid(f"The service CIDR {cidr} overlaps with the VPC.")


def _network(call: Call, name: str, subnets: list[Any], asked: dict[str, Any]) -> dict[str, Any]:
    ec2, vpc = call.state("ec2"), subnets[0].vpc_id
    tags = {"Name": f"eks-cluster-sg-{name}", "aws:eks:cluster-name": name, f"kubernetes.io/cluster/{name}": "owned"}
    label = f"eks-cluster-sg-{name}-{store.random_id(8)}"
    about = "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes"
    group = ec2.create_security_group(label, about, vpc_id=vpc, tags=tags)
    ec2.authorize_security_group_ingress(group.id, "-1", "-1", "-1", [], source_groups=[{"GroupId": group.id}])
    public = asked.get("endpointPublicAccess", True)
    return {
        "subnetIds": list(asked["subnetIds"]),
        "securityGroupIds": list(asked.get("securityGroupIds") or []),
        "clusterSecurityGroupId": group.id,
        "vpcId": vpc,
        "endpointPublicAccess": public,
        "endpointPrivateAccess": asked.get("endpointPrivateAccess", False),
        "publicAccessCidrs": asked.get("publicAccessCidrs") or (["0.0.0.0/0"] if public else []),
    }


def _interfaces(call: Call, name: str, subnets: list[Any], network: dict[str, Any]) -> list[str]:
    ec2, groups = call.state("ec2"), [network["clusterSecurityGroupId"], *network["securityGroupIds"]]
    made = [ec2.create_network_interface(subnet, None, group_ids=groups) for subnet in subnets[:INTERFACES]]
    for eni in made:
        eni.description, eni.status = f"Amazon EKS {name}", "in-use"
    return [eni.id for eni in made]


def _data(call: Call, version: str, network: dict[str, Any]) -> dict[str, Any]:
    asked, id_ = call.params, store.random_id(32).upper()
    access = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}
    services = asked.get("kubernetesNetworkConfig") or {}
    return {
        "name": asked["name"],
        "arn": store.arn(call, "cluster", asked["name"]),
        "createdAt": store.now(),
        "version": version,
        "platformVersion": "eks.1",
        "endpoint": f"https://{id_}.gr7.{call.region}.eks.amazonaws.com",
        "roleArn": asked["roleArn"],
        "resourcesVpcConfig": network,
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4", **services},
        "logging": logging((asked.get("logging") or {}).get("clusterLogging") or []),
        "identity": {"oidc": {"issuer": f"https://oidc.eks.{call.region}.amazonaws.com/id/{id_}"}},
        "certificateAuthority": {"data": base64.b64encode(f"the local cloud's EKS {id_}".encode()).decode()},
        "encryptionConfig": encryption(asked.get("encryptionConfig") or []),
        "accessConfig": {**access, **(asked.get("accessConfig") or {})},
        "upgradePolicy": asked.get("upgradePolicy") or {"supportType": "EXTENDED"},
        "deletionProtection": bool(asked.get("deletionProtection")),
        "tags": dict(asked.get("tags") or {}),
    }


def logging(asked: list[dict[str, Any]]) -> dict[str, Any]:
    """The request's log set-ups as the API shows them: every type is on or off."""
    on = {kind for setup in asked if setup.get("enabled") for kind in setup.get("types") or []}
    halves = {True: [kind for kind in LOG_TYPES if kind in on], False: [kind for kind in LOG_TYPES if kind not in on]}
    return {"clusterLogging": [{"types": kinds, "enabled": enabled} for enabled, kinds in halves.items() if kinds]}


def encryption(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The request's encryption; secrets are the only thing that takes a key."""
    if any(one.get("resources") != ["secrets"] for one in asked):
        raise invalid("encryptionConfig takes the resource 'secrets' only")
    return asked


def _ensure_log_group(call: Call, cluster: Cluster) -> None:
    """EKS makes the log group that it writes to, where nobody made it before; it outlives the cluster."""
    on = any(setup["enabled"] for setup in cluster.data["logging"]["clusterLogging"])
    name, logs = f"/aws/eks/{cluster.name}/cluster", call.state("logs")
    if on and name not in logs.groups:
        logs.create_log_group(name, {})


def describe(call: Call) -> Reply:
    """One cluster."""
    return call.answer({"cluster": described(cluster_of(call))})


def list_all(call: Call) -> Reply:
    """Names."""
    sweep(call)
    return call.answer({"clusters": sorted(clusters(call))})


def update_config(call: Call) -> Reply:
    """Endpoint, logs, access mode, support and protection, one change at a time."""
    cluster, asked = cluster_of(call), call.params
    store.ready_for_change(cluster, f"cluster {cluster.name}")
    if network := asked.get("resourcesVpcConfig"):
        merged = {**cluster.data["resourcesVpcConfig"], **network}
        check_endpoint({**merged, "publicAccessCidrs": network.get("publicAccessCidrs")})
        cluster.data["resourcesVpcConfig"] = merged
    if logs := asked.get("logging"):
        cluster.data["logging"] = logging(logs.get("clusterLogging") or [])
        _ensure_log_group(call, cluster)
    if access := asked.get("accessConfig"):
        _change_access(cluster, access)
    for key in ("upgradePolicy", "deletionProtection", "zonalShiftConfig"):
        if key in asked:
            cluster.data[key] = asked[key]
    return store.updated(call, cluster, cluster, EKS_CLUSTER, "ConfigUpdate")


def _change_access(cluster: Cluster, asked: dict[str, Any]) -> None:
    """From the config map towards the API, and never back. Source: User Guide, "Setting up access entries"."""
    order = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
    old, new = cluster.data["accessConfig"]["authenticationMode"], asked.get("authenticationMode")
    if new and order.index(new) < order.index(old):
        raise invalid(f"Unsupported authentication mode update from {old} to {new}")
    cluster.data["accessConfig"] = {**cluster.data["accessConfig"], **asked}


def update_version(call: Call) -> Reply:
    """To the next minor release; nodes may be three releases behind."""
    cluster, new = cluster_of(call), call.params["version"]
    store.ready_for_change(cluster, f"cluster {cluster.name}")
    old = cluster.data["version"]
    if new not in VERSIONS or VERSIONS.index(new) - VERSIONS.index(old) != 1:
        raise invalid(f"Unsupported Kubernetes minor version update from {old} to {new}")
    cluster.data["version"] = new
    return store.updated(call, cluster, cluster, EKS_CLUSTER, "VersionUpdate")


def associate_encryption(call: Call) -> Reply:
    """A key can be given once, and not taken back."""
    cluster = cluster_of(call)
    if cluster.data["encryptionConfig"]:
        raise in_use("Encryption is already enabled for cluster")
    cluster.data["encryptionConfig"] = encryption(call.params["encryptionConfig"])
    return store.updated(call, cluster, cluster, EKS_CLUSTER, "AssociateEncryptionConfig")


def describe_update(call: Call) -> Reply:
    """An update, and whether it is over."""
    cluster = cluster_of(call)
    if call.params["updateId"] not in cluster.updates:
        raise not_found(f"No update found for id: {call.params['updateId']}.")
    update, item = cluster.updates[call.params["updateId"]]
    return call.answer({"update": {**update, "status": "InProgress" if is_busy(item) else "Successful"}})


def delete(call: Call) -> Reply:
    """A cluster without node groups; one that is protected or being changed stays."""
    cluster = cluster_of(call)
    if cluster.node_groups:
        raise in_use("Cluster has nodegroups attached")
    if cluster.data["deletionProtection"]:
        raise ApiError("InvalidRequestException", "Deletion protection is enabled for the cluster.")
    store.ready_for_change(cluster, f"cluster {cluster.name}")
    end(cluster, EKS_CLUSTER)
    shown = {**described(cluster), "status": EKS_CLUSTER.deleting}
    if has_gone(cluster):
        sweep(call)
    return call.answer({"cluster": shown})


def _release(call: Call, cluster: Cluster) -> None:
    """The interfaces and the security group go with the control plane."""
    ec2 = call.state("ec2")
    for interface in cluster.interfaces:
        ec2.delete_network_interface(interface)
    ec2.delete_security_group(group_id=cluster.data["resourcesVpcConfig"]["clusterSecurityGroupId"])


def _item(call: Call) -> dict[str, Any]:
    arn = call.params["resourceArn"]
    found = next((data for data in store.tagged(call) if arn in _arns(data)), None)
    if found is None:
        raise not_found(f"No resource found for ARN: {arn}.")
    return found


def _arns(data: dict[str, Any]) -> set[str]:
    keys = ("arn", "nodegroupArn", "addonArn", "accessEntryArn", "associationArn")
    return {data[key] for key in keys if key in data}


def _tags(call: Call) -> dict[str, str]:
    item = _item(call)
    item["tags"] = found = dict(item.get("tags") or {})
    return found


BEHAVIOURS: Behaviours = {
    **tagging("eks", _tags),
    **tag_listing("eks", _tags),
    ("eks", "CreateCluster"): create,
    ("eks", "DescribeCluster"): describe,
    ("eks", "ListClusters"): list_all,
    ("eks", "UpdateClusterConfig"): update_config,
    ("eks", "UpdateClusterVersion"): update_version,
    ("eks", "AssociateEncryptionConfig"): associate_encryption,
    ("eks", "DescribeUpdate"): describe_update,
    ("eks", "DeleteCluster"): delete,
}
