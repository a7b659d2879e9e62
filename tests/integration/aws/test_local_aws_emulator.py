"""The emulator: durable state, instances behind groups, faults, and refusals in AWS's words."""

import base64
import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.cloud

ZONE = "us-east-1a"


def code(call, **params) -> str:
    with pytest.raises(ClientError) as refused:
        call(**params)
    return refused.value.response["Error"]["Code"]


def network(ec2, cidr: str = "10.5.0.0/16") -> tuple[str, str, str]:
    vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr.replace("/16", "/24"), AvailabilityZone=ZONE)["Subnet"][
        "SubnetId"
    ]
    group = ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    return vpc, subnet, group


def everything(emulator) -> dict:
    """What a client can see of a small world, without times."""
    ec2, iam = emulator.client("ec2"), emulator.client("iam")
    return {
        "vpcs": sorted(vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]),
        "subnets": sorted(subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]),
        "instances": sorted(
            (one["InstanceId"], one["PrivateIpAddress"], one["State"]["Name"])
            for reservation in ec2.describe_instances()["Reservations"]
            for one in reservation["Instances"]
        ),
        "roles": [role["RoleId"] for role in iam.list_roles()["Roles"]],
        "keys": [key["KeyId"] for key in emulator.client("kms").list_keys()["Keys"]],
        "systems": [one["FileSystemId"] for one in emulator.client("fsx").describe_file_systems()["FileSystems"]],
        "objects": [
            emulator.client("s3").get_object(Bucket=bucket["Name"], Key="a/b c")["Body"].read()
            for bucket in emulator.client("s3").list_buckets()["Buckets"]
        ],
    }


def populate(emulator) -> None:
    ec2 = emulator.client("ec2")
    _, subnet, group = network(ec2)
    ec2.run_instances(
        ImageId="ami-1", InstanceType="m7i.large", MinCount=2, MaxCount=2, SubnetId=subnet, SecurityGroupIds=[group]
    )
    emulator.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    emulator.client("kms").create_key(Description="k")
    lustre = {"FileSystemType": "LUSTRE", "StorageCapacity": 1200, "SubnetIds": [subnet]}
    emulator.client("fsx").create_file_system(**lustre)
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="durable")
    s3.put_object(Bucket="durable", Key="a/b c", Body=b"hello")


def test_nothing_acknowledged_is_lost_by_kill_nine(start_emulator, tmp_path) -> None:
    first = start_emulator(tmp_path / "state")
    everything(first)
    populate(first)
    before = everything(first)
    assert modes_in(tmp_path / "state") == {0o600}
    first.kill()
    with next((tmp_path / "state").glob("journal-*.jsonl")).open("a") as file:
        file.write('{"seed": 1, "method": "PO')  # the kill came while a line was written; it was never acknowledged
    assert everything(start_emulator(tmp_path / "state")) == before


def modes_in(folder) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_a_snapshot_brings_back_the_same_world(start_emulator, tmp_path) -> None:
    first = start_emulator(tmp_path / "state")
    populate(first)
    before = everything(first)
    assert first.stop() == 0
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["snapshot.pickle"]
    assert modes_in(tmp_path / "state") == {0o600}
    second = start_emulator(tmp_path / "state")
    assert everything(second) == before
    populated = second.client("ec2").create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
    second.kill()
    third = start_emulator(tmp_path / "state")
    assert populated in everything(third)["vpcs"]


def test_kill_nine_among_many_writers_loses_nothing_acknowledged(start_emulator, tmp_path) -> None:
    first = start_emulator(tmp_path / "state")
    ec2 = first.client("ec2")
    acknowledged: list[str] = []

    def create(number: int) -> None:
        try:
            acknowledged.append(ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"])
        except Exception:
            return

    with ThreadPoolExecutor(8) as pool:
        pending = [pool.submit(create, number) for number in range(60)]
        while len(acknowledged) < 20:
            assert not all(one.done() for one in pending)
            time.sleep(0.01)
        os.kill(first.process.pid, signal.SIGKILL)
        for one in pending:
            one.cancel()
    second = start_emulator(tmp_path / "state")
    assert set(acknowledged) <= set(everything(second)["vpcs"])


def run_alone(*args: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "rackwright.cloud.aws", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_broken_snapshot_is_one_clear_message(tmp_path) -> None:
    (tmp_path / "snapshot.pickle").write_bytes(b"1\nnonsense")
    done = run_alone("--state", str(tmp_path))
    assert done.returncode == 4
    assert "saved state cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_one_clear_message(emulator, tmp_path) -> None:
    done = run_alone("--port", str(emulator.port), "--state", str(tmp_path))
    assert done.returncode == 4
    assert f"cannot listen on 127.0.0.1:{emulator.port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_others_reach_is_refused(tmp_path) -> None:
    for host in ("0.0.0.0", "8.8.8.8"):
        done = run_alone("--host", host, "--state", str(tmp_path))
        assert done.returncode == 2
        assert "which other machines may reach" in done.stderr


def test_what_is_missing_is_a_clean_501_that_names_the_action(emulator) -> None:
    with pytest.raises(ClientError) as refused:
        emulator.client("ec2").create_ipam()
    assert refused.value.response["Error"]["Code"] == "NotImplemented"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "ec2:CreateIpam" in str(refused.value)


def test_the_fault_plan_strikes_and_stops(start_emulator, tmp_path) -> None:
    plan = tmp_path / "faults.yaml"
    plan.write_text("faults: [{service: ec2, action: CreateVpc, error: VpcLimitExceeded, count: 1}]")
    ec2 = start_emulator(tmp_path / "state", "--faults", str(plan)).client("ec2")
    assert code(ec2.create_vpc, CidrBlock="10.0.0.0/16") == "VpcLimitExceeded"
    before = len(ec2.describe_vpcs()["Vpcs"])
    ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert len(ec2.describe_vpcs()["Vpcs"]) == before + 1


def test_things_in_use_cannot_be_deleted(emulator) -> None:
    ec2 = emulator.client("ec2")
    vpc, subnet, group = network(ec2, "10.77.0.0/16")
    started = ec2.run_instances(
        ImageId="ami-1", InstanceType="m7i.large", MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group]
    )
    assert code(ec2.delete_subnet, SubnetId=subnet) == "DependencyViolation"
    assert code(ec2.delete_security_group, GroupId=group) == "DependencyViolation"
    assert code(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
    ec2.terminate_instances(InstanceIds=[started["Instances"][0]["InstanceId"]])
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)


def test_the_same_client_token_starts_one_instance(emulator) -> None:
    ec2 = emulator.client("ec2")
    _, subnet, _ = network(ec2, "10.78.0.0/16")
    asked = {"ImageId": "ami-1", "InstanceType": "m7i.large", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet}
    first = ec2.run_instances(**asked, ClientToken="t-1")["Instances"][0]["InstanceId"]
    again = ec2.run_instances(**asked, ClientToken="t-1")["Instances"][0]["InstanceId"]
    other = ec2.run_instances(**asked, ClientToken="t-2")["Instances"][0]["InstanceId"]
    assert first == again != other


def test_addresses_come_in_order_and_come_back(emulator) -> None:
    ec2 = emulator.client("ec2")
    _, subnet, _ = network(ec2, "10.79.0.0/16")
    asked = {"ImageId": "ami-1", "InstanceType": "m7i.large", "SubnetId": subnet}
    first = ec2.run_instances(**asked, MinCount=3, MaxCount=3)["Instances"]
    assert [one["PrivateIpAddress"] for one in first] == ["10.79.0.4", "10.79.0.5", "10.79.0.6"]
    ec2.terminate_instances(InstanceIds=[first[1]["InstanceId"]])
    again = ec2.run_instances(**asked, MinCount=1, MaxCount=1)["Instances"][0]
    assert again["PrivateIpAddress"] == "10.79.0.5"
    taken = {**asked, "PrivateIpAddress": "10.79.0.4", "MinCount": 1, "MaxCount": 1}
    assert code(ec2.run_instances, **taken) == "InvalidIPAddress.InUse"


def test_a_full_subnet_starts_none(emulator) -> None:
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.80.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.80.0.0/28", AvailabilityZone=ZONE)["Subnet"]["SubnetId"]
    asked = {"ImageId": "ami-1", "InstanceType": "m7i.large", "SubnetId": subnet, "MinCount": 12, "MaxCount": 12}
    assert code(ec2.run_instances, **asked) == "InsufficientFreeAddressesInSubnet"
    assert len(ec2.run_instances(**{**asked, "MinCount": 11, "MaxCount": 11})["Instances"]) == 11


def test_a_type_that_a_zone_lacks_is_refused(emulator) -> None:
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.81.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.81.0.0/24", AvailabilityZoneId="use1-az3")["Subnet"]["SubnetId"]
    asked = {"ImageId": "ami-1", "SubnetId": subnet, "MinCount": 1, "MaxCount": 1}
    assert code(ec2.run_instances, **asked, InstanceType="m7i.large") == "Unsupported"
    assert code(ec2.run_instances, **asked, InstanceType="p9.huge") == "InvalidParameterValue"


def template_of(ec2, group: str, **more) -> str:
    nics = [
        {
            "NetworkCardIndex": 0,
            "DeviceIndex": 0,
            "InterfaceType": "efa",
            "Groups": [group],
            "DeleteOnTermination": True,
        },
        *(
            {"NetworkCardIndex": card, "DeviceIndex": 1, "InterfaceType": "efa-only", "Groups": [group]}
            for card in range(1, 32)
        ),
    ]
    data = {
        "ImageId": "ami-1",
        "InstanceType": "p5.48xlarge",
        "NetworkInterfaces": nics,
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        "UserData": base64.b64encode(b"#!/bin/sh\n").decode(),
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": [{"Key": "pool", "Value": "train"}]},
            {"ResourceType": "volume", "Tags": [{"Key": "disk", "Value": "root"}]},
        ],
        **more,
    }
    return ec2.create_launch_template(LaunchTemplateName=f"t-{group}", LaunchTemplateData=data)["LaunchTemplate"][
        "LaunchTemplateId"
    ]


def test_a_group_starts_what_its_template_says(emulator) -> None:
    ec2, scaling = emulator.client("ec2"), emulator.client("autoscaling")
    _, subnet, group = network(ec2, "10.82.0.0/16")
    emulator.client("iam").create_instance_profile(InstanceProfileName="asg")
    template = template_of(ec2, group, IamInstanceProfile={"Name": "asg"})
    ec2.create_placement_group(GroupName="together", Strategy="cluster")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="train",
        MinSize=2,
        MaxSize=4,
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        VPCZoneIdentifier=subnet,
        PlacementGroup="together",
    )
    filters = [{"Name": "tag:pool", "Values": ["train"]}, {"Name": "instance-state-name", "Values": ["running"]}]
    found = ec2.describe_instances(Filters=filters)["Reservations"]
    members = [one for reservation in found for one in reservation["Instances"]]
    assert [one["PrivateIpAddress"] for one in members] == ["10.82.0.4", "10.82.0.5"]
    for one in members:
        attached = one["NetworkInterfaces"]
        places = {(nic["Attachment"]["NetworkCardIndex"], nic["Attachment"]["DeviceIndex"]) for nic in attached}
        assert places == {(0, 0), *((card, 1) for card in range(1, 32))}
        assert sorted({nic["InterfaceType"] for nic in attached}) == ["efa", "efa-only"]
        assert one["MetadataOptions"]["HttpTokens"] == "required"
        assert one["Placement"]["GroupName"] == "together"
        assert one["IamInstanceProfile"]["Arn"].endswith("/asg")
        volume = one["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        assert {"Key": "disk", "Value": "root"} in ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Tags"]
    assert code(ec2.delete_placement_group, GroupName="together") == "InvalidPlacementGroup.InUse"
    scaling.delete_auto_scaling_group(AutoScalingGroupName="train", ForceDelete=True)
    ec2.delete_placement_group(GroupName="together")
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=subnet)


def test_a_group_starts_the_version_that_it_names(emulator) -> None:
    ec2, scaling = emulator.client("ec2"), emulator.client("autoscaling")
    _, subnet, group = network(ec2, "10.83.0.0/16")
    template = template_of(ec2, group)
    data = {"ImageId": "ami-1", "InstanceType": "m7i.large"}
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData=data)
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="second",
        MinSize=1,
        MaxSize=1,
        LaunchTemplate={"LaunchTemplateId": template, "Version": "2"},
        VPCZoneIdentifier=subnet,
    )
    members = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["second"])["AutoScalingGroups"][0][
        "Instances"
    ]
    started = ec2.describe_instances(InstanceIds=[members[0]["InstanceId"]])["Reservations"][0]["Instances"][0]
    assert started["InstanceType"] == "m7i.large"
    assert len(started["NetworkInterfaces"]) == 1


def test_a_managed_policy_can_be_attached(emulator) -> None:
    iam = emulator.client("iam")
    iam.create_role(RoleName="managed", AssumeRolePolicyDocument="{}")
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    iam.attach_role_policy(RoleName="managed", PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName="managed")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [arn]


def test_many_clients_at_once_are_answered(emulator) -> None:
    ec2 = emulator.client("ec2")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"], range(100, 140)))
    assert len(set(made)) == 40
