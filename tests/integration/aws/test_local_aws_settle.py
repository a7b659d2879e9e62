"""A creation whose reply was lost is found again, and nothing is made twice."""

import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from rackwright.diagnostics import CapacityError, StepFailed
from rackwright.engine.properties import from_struct, to_struct
from tests.integration.aws.cases import CASES
from tests.integration.aws.conftest import Engine
from tests.integration.aws.world import Case, World

pytestmark = pytest.mark.cloud

SAMPLE = {
    *("Vpc", "Subnet", "Eip", "Route", "RouteTableAssociation", "VpcEndpoint", "SecurityGroupIngressRule", "Key"),
    *("Role", "RolePolicy", "Bucket", "BucketPolicy", "LaunchTemplate", "Instance", "Group", "LustreFileSystem"),
    *("FileSystem", "MountTarget", "FlowLog", "Trail", "Topic", "Budget", "Secret", "KeyPair", "PlacementGroup"),
}


@pytest.mark.parametrize("case", [case for case in CASES if case.id in SAMPLE], ids=lambda case: case.id)
def test_a_lost_reply_is_settled_by_finding_what_was_made(engine: Engine, world: World, case: Case) -> None:
    urn = engine.urn(case.token, "lost")
    inputs = engine.check(case.token, case.inputs(world), "lost")
    if case.token not in {"aws:ec2/instance:Instance"}:
        assert engine.provider.settle(case.token, urn, inputs) is None or case.stays
    id_, _, outputs = engine.create(case.token, inputs, "lost")
    assert engine.provider.settle(case.token, urn, inputs) == id_
    engine.delete(case.token, id_, inputs, outputs, "lost")
    assert engine.provider.settle(case.token, urn, inputs) is None


def test_two_urns_with_equal_inputs_are_kept_apart(engine: Engine) -> None:
    token, inputs = "aws:ec2/vpc:Vpc", {"cidrBlock": "10.66.0.0/16"}
    first, checked, _ = engine.create(token, inputs, "one")
    second, _, _ = engine.create(token, inputs, "two")
    assert engine.provider.settle(token, engine.urn(token, "one"), checked) == first
    assert engine.provider.settle(token, engine.urn(token, "two"), checked) == second


def test_lack_of_capacity_is_told_as_such(start_emulator, tmp_path) -> None:
    plan = tmp_path / "faults.yaml"
    plan.write_text("faults: [{service: ec2, action: RunInstances, error: InsufficientInstanceCapacity, status: 500}]")
    engine = Engine(start_emulator(tmp_path / "state", "--faults", str(plan)).url)
    inputs = {"ami": "ami-1", "instanceType": "m7i.large", "availabilityZone": "us-east-1a"}
    with pytest.raises(CapacityError, match="InsufficientInstanceCapacity") as refused:
        engine.create("aws:ec2/instance:Instance", inputs)
    assert "another zone" in refused.value.hint


def test_throttling_is_ridden_out(start_emulator, tmp_path) -> None:
    plan = tmp_path / "faults.yaml"
    plan.write_text("faults: [{service: ec2, action: CreateVpc, error: RequestLimitExceeded, status: 503, count: 2}]")
    engine = Engine(start_emulator(tmp_path / "state", "--faults", str(plan)).url)
    id_, _, _ = engine.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})
    assert id_.startswith("vpc-")


def test_a_refusal_names_the_resource_and_the_code(engine: Engine) -> None:
    with pytest.raises(StepFailed, match=r"could not create aws:ec2/subnet:Subnet 'it': InvalidVpcID.NotFound"):
        engine.create("aws:ec2/subnet:Subnet", {"vpcId": "vpc-00000000", "cidrBlock": "10.0.0.0/24"})


def test_a_hand_made_change_is_drift_and_the_next_diff_brings_it_back(engine: Engine, emulator) -> None:
    token = "aws:ec2/vpc:Vpc"
    id_, inputs, outputs = engine.create(token, {"cidrBlock": "10.67.0.0/16", "tags": {"a": "1"}}, "drift")
    emulator.client("ec2").create_tags(Resources=[id_], Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
    _, live, outputs = engine.read(token, id_, inputs, outputs, "drift")
    assert live["tags"] == {"a": "2", "b": "3"}
    diff = engine.diff(token, id_, live, outputs, inputs, "drift")
    assert set(diff.detailedDiff) == {"tags.a", "tags.b"}
    engine.update(token, id_, live, outputs, inputs, "drift")
    assert engine.read(token, id_, inputs, outputs, "drift")[1] == inputs


def test_ignored_changes_are_no_difference(engine: Engine) -> None:
    urn = engine.urn("aws:autoscaling/group:Group")
    old, new = {"desiredCapacity": 2, "minSize": 1}, {"desiredCapacity": 5, "minSize": 1}
    request = pb.DiffRequest(
        id="g", urn=urn, old_inputs=to_struct(old), news=to_struct(new), ignoreChanges=["desiredCapacity"]
    )
    assert not engine.provider.Diff(request).diffs


def test_instances_are_listed_with_addresses_in_the_same_order(engine: Engine, world: World) -> None:
    made = {}
    for number in range(3):
        inputs = {"ami": "ami-1", "instanceType": "m7i.large", "subnetId": world.subnet, "tags": {"set": "listed"}}
        id_, _, outputs = engine.create("aws:ec2/instance:Instance", inputs, f"listed-{number}")
        made[id_] = outputs["privateIp"]
    found = engine.invoke("aws:ec2/getInstances:getInstances", instanceTags={"set": "listed"})
    assert dict(zip(found["ids"], found["privateIps"], strict=True)) == made


def test_the_recorded_types_call_nothing(engine: Engine) -> None:
    token = "aws:lightsail/instance:Instance"
    id_, inputs, outputs = engine.create(token, {"name": "edge"})
    assert engine.create(token, {"name": "edge"})[0] == id_
    assert outputs == inputs == {"name": "edge"}
    engine.delete(token, id_, inputs, outputs)


def test_look_ups_answer_as_pulumi_aws_does(engine: Engine) -> None:
    assert engine.invoke("aws:index/getCallerIdentity:getCallerIdentity")["accountId"] == "123456789012"
    assert engine.invoke("aws:index/getPartition:getPartition")["partition"] == "aws"
    assert engine.invoke("aws:index/getRegion:getRegion")["name"] == "us-east-1"
    assert engine.invoke("aws:index/getAvailabilityZone:getAvailabilityZone", zoneId="use1-az6")["name"] == "us-east-1a"
    assert "us-east-1b" in engine.invoke("aws:index/getAvailabilityZones:getAvailabilityZones")["names"]
    with pytest.raises(StepFailed, match="found 0 images"):
        engine.invoke("aws:ec2/getAmi:getAmi", owners=["self"], filters=[{"name": "name", "values": ["nothing"]}])
    with pytest.raises(StepFailed, match="has no function"):
        engine.invoke("aws:ec2/getNothing:getNothing")


def test_an_import_reads_everything_without_recorded_inputs(engine: Engine) -> None:
    token = "aws:ec2/vpc:Vpc"
    id_, _, _ = engine.create(token, {"cidrBlock": "10.68.0.0/16"}, "imported")
    response = engine.provider.Read(pb.ReadRequest(id=id_, urn=engine.urn(token)))
    assert from_struct(response.inputs)["cidrBlock"] == "10.68.0.0/16"
