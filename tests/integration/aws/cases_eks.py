"""Cases of EKS: a cluster with nodes, and what belongs to it."""

from tests.integration.aws.world import NEW_TAGS, TAGS, TRUST, Case, World

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def role(world: World, name: str) -> str:
    inputs = {"name": name, "assumeRolePolicy": TRUST}
    return world.make("aws:iam/role:Role", inputs, f"eks-{name}")[1]["arn"]


def subnets(world: World) -> list[str]:
    zones = {"10.9.100.0/24": "use1-az6", "10.9.101.0/24": "use1-az4"}
    token = "aws:ec2/subnet:Subnet"
    return [
        world.make(token, {"vpcId": world.vpc, "cidrBlock": cidr, "availabilityZoneId": zone}, f"eks-{zone}")[0]
        for cidr, zone in zones.items()
    ]


def control_plane(world: World, name: str) -> dict:
    return {
        "name": name,
        "roleArn": role(world, "eks-cluster"),
        "version": "1.34",
        "vpcConfig": {"subnetIds": subnets(world), "endpointPrivateAccess": True, "endpointPublicAccess": False},
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "encryptionConfig": {"provider": {"keyArn": world.key["arn"]}, "resources": ["secrets"]},
        "enabledClusterLogTypes": ["api", "audit"],
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16"},
        "bootstrapSelfManagedAddons": False,
        "tags": TAGS,
    }


def cluster(world: World) -> str:
    return world.make("aws:eks/cluster:Cluster", control_plane(world, "shared"), "eks")[0]


def template(world: World) -> str:
    inputs = {"name": "eks-nodes", "instanceType": "m7i.large", "metadataOptions": {"httpTokens": "required"}}
    return world.make("aws:ec2/launchTemplate:LaunchTemplate", inputs, "eks-nodes")[0]


def nodes(world: World, name: str) -> dict:
    return {
        "clusterName": cluster(world),
        "nodeGroupName": name,
        "nodeRoleArn": role(world, "eks-node"),
        "subnetIds": subnets(world),
        "launchTemplate": {"id": template(world), "version": "1"},
        "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 1},
        "updateConfig": {"maxUnavailable": 1},
        "labels": {"pool": "system", "old": "yes"},
        "tags": TAGS,
    }


def with_nodes(world: World) -> str:
    world.make("aws:eks/nodeGroup:NodeGroup", nodes(world, "system"), "eks-system")
    return cluster(world)


EKS = [
    Case(
        "aws:eks/cluster:Cluster",
        lambda w: control_plane(w, "it"),
        {
            "version": "1.35",
            "enabledClusterLogTypes": ["api", "audit", "authenticator"],
            "deletionProtection": True,
            **NEW_TAGS,
        },
        {"name": "other", "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.21.0.0/16"}},
        expect={"status": "ACTIVE", "version": "1.34"},
    ),
    Case(
        "aws:eks/nodeGroup:NodeGroup",
        lambda w: nodes(w, "it"),
        {
            "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 2},
            "labels": {"pool": "system", "new": "yes"},
            "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}],
            **NEW_TAGS,
        },
        {"capacityType": "SPOT", "nodeRoleArn": "arn:aws:iam::123456789012:role/other"},
        expect={"status": "ACTIVE", "capacityType": "ON_DEMAND"},
    ),
    Case(
        "aws:eks/addon:Addon",
        lambda w: {
            "clusterName": with_nodes(w),
            "addonName": "vpc-cni",
            "addonVersion": "v1.18.5-eksbuild.1",
            "podIdentityAssociations": [{"serviceAccount": "aws-node", "roleArn": role(w, "eks-cni")}],
            "tags": TAGS,
        },
        {
            "addonVersion": "v1.20.4-eksbuild.1",
            "configurationValues": '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}',
            **NEW_TAGS,
        },
        {"addonName": "coredns"},
    ),
    Case(
        "aws:eks/accessEntry:AccessEntry",
        lambda w: {"clusterName": cluster(w), "principalArn": role(w, "eks-person"), "tags": TAGS},
        {"kubernetesGroups": ["researchers"], **NEW_TAGS},
        {"principalArn": "arn:aws:iam::123456789012:role/other"},
        expect={"type": "STANDARD"},
    ),
    Case(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        lambda w: {
            "clusterName": cluster(w),
            "principalArn": w.make(
                "aws:eks/accessEntry:AccessEntry",
                {"clusterName": cluster(w), "principalArn": role(w, "eks-admin")},
                "eks-admin",
            )[1]["principalArn"],
            "policyArn": ADMIN,
            "accessScope": {"type": "cluster"},
        },
        {"accessScope": {"type": "namespace", "namespaces": ["jobs"]}},
        {"policyArn": ADMIN.replace("ClusterAdmin", "View")},
    ),
    Case(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        lambda w: {
            "clusterName": cluster(w),
            "namespace": "jobs",
            "serviceAccount": "trainer",
            "roleArn": role(w, "eks-pod"),
            "tags": TAGS,
        },
        {**NEW_TAGS},
        {"serviceAccount": "other"},
    ),
]
"""Every type of EKS."""
