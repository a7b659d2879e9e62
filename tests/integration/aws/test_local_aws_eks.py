"""The local EKS refuses what AWS refuses, takes its time where it is told to, and launches like everything else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from rackwright.cloud.aws import lifecycle, server
from rackwright.cloud.aws.faults import Faults, save_faults
from rackwright.diagnostics import CapacityError, StepFailed
from tests.integration.aws.cases_eks import cluster, nodes, subnets
from tests.integration.aws.conftest import SESSION, Emulator, Engine
from tests.integration.aws.world import TRUST, World

pytestmark = pytest.mark.cloud

GPU = {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}


@dataclass
class Place:
    """Clients, and what a cluster needs to exist."""

    clients: Callable[[str], object]
    subnets: list[str]
    role: str
    faults: Path
    """Its fault plan, which sets how fast its time goes by."""

    @property
    def eks(self):
        return self.clients("eks")

    def cluster(self, name: str, **more) -> dict:
        config = {"subnetIds": self.subnets, "endpointPrivateAccess": True, "endpointPublicAccess": False}
        asked = {"name": name, "roleArn": self.role, "resourcesVpcConfig": config, **more}
        return self.eks.create_cluster(**asked)["cluster"]

    def nodes(self, cluster_name: str, name: str, **more) -> dict:
        asked = {"clusterName": cluster_name, "nodegroupName": name, "subnets": self.subnets, "nodeRole": self.role}
        return self.eks.create_nodegroup(**{**asked, **more})["nodegroup"]


def place(clients: Callable[[str], object], faults: Path) -> Place:
    ec2 = clients("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.61.0.0/16")["Vpc"]["VpcId"]
    zones = {"10.61.0.0/24": "us-east-1a", "10.61.1.0/24": "us-east-1b"}
    made = [ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone) for cidr, zone in zones.items()]
    role = clients("iam").create_role(RoleName="eks", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    return Place(clients, [one["Subnet"]["SubnetId"] for one in made], role, faults)


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Iterator[Place]:
    """An emulator in this process, so that its clock is in the test's hands."""
    folder = tmp_path_factory.mktemp("eks")
    running = server.serve("127.0.0.1", 0, folder / "state", folder / "faults.yaml")
    known = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    url = f"http://127.0.0.1:{running.port}"
    yield place(lambda service: SESSION.create_client(service, endpoint_url=url, **known), folder / "faults.yaml")
    lifecycle.pace.scale = 0.0
    running.stop()


def refused(call, **params) -> str:
    with pytest.raises(ClientError) as problem:
        call(**params)
    return f"{problem.value.response['Error']['Code']}: {problem.value.response['Error']['Message']}"


def test_a_cluster_needs_two_zones_a_role_a_known_release_and_a_way_to_its_api(here: Place) -> None:
    asked = {"name": "no", "roleArn": here.role, "resourcesVpcConfig": {"subnetIds": here.subnets}}
    one_zone = {"subnetIds": here.subnets[:1]}
    nowhere = {"subnetIds": here.subnets, "endpointPublicAccess": False, "endpointPrivateAccess": False}
    create = here.eks.create_cluster
    assert "two different AZs" in refused(create, **{**asked, "resourcesVpcConfig": one_zone})
    assert "could not be assumed" in refused(create, **{**asked, "roleArn": here.role + "x"})
    assert "unsupported Kubernetes version" in refused(create, **asked, version="1.12")
    assert "cannot both be disabled" in refused(create, **{**asked, "resourcesVpcConfig": nowhere})
    overlap = {"serviceIpv4Cidr": "10.61.0.0/16"}
    assert "overlaps with the VPC" in refused(create, **asked, kubernetesNetworkConfig=overlap)


def test_a_release_goes_up_by_one_and_the_key_of_secrets_is_for_ever(here: Place) -> None:
    here.cluster("old", version="1.33", encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": "k"}}])
    eks = here.eks
    assert "from 1.33 to 1.35" in refused(eks.update_cluster_version, name="old", version="1.35")
    assert eks.update_cluster_version(name="old", version="1.34")["update"]["status"] == "Successful"
    config = [{"resources": ["secrets"], "provider": {"keyArn": "other"}}]
    again = refused(eks.associate_encryption_config, clusterName="old", encryptionConfig=config)
    assert "already enabled" in again


def test_a_launch_template_of_nodes_must_not_hold_what_eks_sets(here: Place) -> None:
    here.cluster("templates")
    ec2 = here.clients("ec2")

    def with_template(name: str, capacity: str = "ON_DEMAND", **data) -> str:
        made = ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData={"InstanceType": "m7i.large", **data}
        )
        named = {"id": made["LaunchTemplate"]["LaunchTemplateId"]}
        return refused(here.nodes, cluster_name="templates", name=name, launchTemplate=named, capacityType=capacity)

    assert "IamInstanceProfile" in with_template("profile", IamInstanceProfile={"Name": "x"})
    assert "market type spot" in with_template("spot", "SPOT", InstanceMarketOptions={"MarketType": "spot"})
    assert "market type None" in with_template("block", "CAPACITY_BLOCK")
    nic = {"DeviceIndex": 0, "SubnetId": here.subnets[0]}
    assert "subnets in network interfaces" in with_template("subnet", NetworkInterfaces=[nic])


def test_an_add_on_stays_unhealthy_until_a_node_takes_its_pods(here: Place) -> None:
    here.cluster("addons")
    eks = here.eks
    here.nodes("addons", "gpu", taints=[GPU])
    assert eks.create_addon(clusterName="addons", addonName="coredns")["addon"]["status"] == "DEGRADED"
    assert eks.create_addon(clusterName="addons", addonName="vpc-cni")["addon"]["status"] == "ACTIVE"
    here.nodes("addons", "system")
    assert eks.describe_addon(clusterName="addons", addonName="coredns")["addon"]["status"] == "ACTIVE"
    assert "not supported" in refused(eks.create_addon, clusterName="addons", addonName="efa")


def test_access_is_by_entries_of_principals_that_exist(here: Place) -> None:
    here.cluster("access", accessConfig={"authenticationMode": "API"})
    here.cluster("map")
    eks, person = here.eks, here.role
    assert "authentication mode" in refused(eks.create_access_entry, clusterName="map", principalArn=person)
    assert "invalid principal" in refused(eks.create_access_entry, clusterName="access", principalArn=person + "x")
    eks.create_access_entry(clusterName="access", principalArn=person)
    policy = {"clusterName": "access", "principalArn": person, "policyArn": "arn:aws:eks::aws:cluster-access-policy/No"}
    assert "policyArn is invalid" in refused(eks.associate_access_policy, **policy, accessScope={"type": "cluster"})
    back = {"authenticationMode": "CONFIG_MAP"}
    assert "Unsupported authentication mode" in refused(eks.update_cluster_config, name="access", accessConfig=back)


def test_a_service_account_has_one_role_and_that_of_an_add_on_is_the_add_ons(here: Place) -> None:
    here.cluster("identity")
    eks, account = here.eks, {"clusterName": "identity", "namespace": "kube-system", "serviceAccount": "aws-node"}
    roles = [{"serviceAccount": "aws-node", "roleArn": here.role}]
    eks.create_addon(clusterName="identity", addonName="vpc-cni", podIdentityAssociations=roles)
    assert "already exists" in refused(eks.create_pod_identity_association, **account, roleArn=here.role)
    (owned,) = eks.list_pod_identity_associations(clusterName="identity")["associations"]
    where = {"clusterName": "identity", "associationId": owned["associationId"]}
    assert "owned by" in refused(eks.delete_pod_identity_association, **where)
    eks.delete_addon(clusterName="identity", addonName="vpc-cni")
    assert eks.list_pod_identity_associations(clusterName="identity")["associations"] == []


def test_things_come_and_go_in_the_time_that_they_are_given(here: Place, monkeypatch) -> None:
    clock = SimpleNamespace(now=1e9)
    monkeypatch.setattr(lifecycle.pace, "clock", lambda: clock.now)
    save_faults(here.faults, Faults(time_scale=1.0))
    eks = here.eks
    assert here.cluster("slow")["status"] == "CREATING"
    assert "not in ACTIVE status" in refused(here.nodes, cluster_name="slow", name="early")
    assert "being changed" in refused(eks.update_cluster_version, name="slow", version="1.35")
    clock.now += lifecycle.EKS_CLUSTER.create_s
    assert eks.describe_cluster(name="slow")["cluster"]["status"] == "ACTIVE"
    eks.delete_cluster(name="slow")
    assert eks.describe_cluster(name="slow")["cluster"]["status"] == "DELETING"
    clock.now += lifecycle.EKS_CLUSTER.delete_s
    assert "No cluster found" in refused(eks.describe_cluster, name="slow")
    here.faults.unlink()


# --- through the engine -----------------------------------------------------------------------------------------------


def test_a_node_group_without_capacity_is_told_as_such_and_leaves_nothing(
    start_emulator: Callable[..., Emulator], tmp_path
) -> None:
    plan = tmp_path / "faults.yaml"
    emulator = start_emulator(tmp_path / "aws", "--faults", str(plan))
    engine = Engine(emulator.url)
    world = World(engine)
    inputs = nodes(world, "starved")
    save_faults(plan, Faults.model_validate({"faults": [{"error": "capacity", "action": "RunInstances"}]}))
    with pytest.raises(CapacityError, match=r"shared:starved is CREATE_FAILED: .*sufficient capacity"):
        engine.create("aws:eks/nodeGroup:NodeGroup", inputs)
    assert emulator.client("eks").list_nodegroups(clusterName=cluster(world))["nodegroups"] == []
    assert emulator.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"] == []
    plan.unlink()
    engine.create("aws:eks/nodeGroup:NodeGroup", inputs)


def test_a_node_group_replaces_its_nodes_when_its_template_changes(engine: Engine, world: World) -> None:
    token, inputs = "aws:eks/nodeGroup:NodeGroup", nodes(world, "rolled")
    id_, checked, outputs = engine.create(token, inputs, "rolled")
    template = {"imageId": world.image, "instanceType": "m7i.xlarge", "name": "eks-rolled"}
    other, _, _ = engine.create("aws:ec2/launchTemplate:LaunchTemplate", template, "rolled")
    assert set(subnets(world)) == set(outputs["subnetIds"])
    edited = engine.check(token, {**inputs, "launchTemplate": {"id": other, "version": "1"}}, olds=checked)
    engine.update(token, id_, checked, outputs, edited)
    found = engine.invoke(
        "aws:ec2/getInstances:getInstances",
        instanceTags={"eks:nodegroup-name": "rolled"},
        instanceStateNames=["running"],
    )
    assert len(found["ids"]) == 1
    engine.delete(token, id_, edited, outputs, "rolled")


def test_the_key_of_secrets_is_not_changed_behind_a_persons_back(engine: Engine, world: World) -> None:
    token, id_ = "aws:eks/cluster:Cluster", cluster(world)
    old = {"encryptionConfig": {"provider": {"keyArn": "a"}, "resources": ["secrets"]}, "name": id_}
    new = {**old, "encryptionConfig": {"provider": {"keyArn": "b"}, "resources": ["secrets"]}}
    with pytest.raises(StepFailed, match="for ever"):
        engine.update(token, id_, old, {}, new)
