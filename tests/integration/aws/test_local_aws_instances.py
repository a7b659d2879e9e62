"""The machines that should exist are those that the emulator runs."""

from base64 import b64encode

import pytest

from rackwright.cloud.aws import server
from rackwright.cloud.aws.instances import list_instances
from tests.integration.aws.conftest import SESSION

pytestmark = pytest.mark.cloud

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0mY5sD3Qe9kLlhGmUo4uFJrZ9jTq1m2x8R2vYw1Zyb me"


@pytest.fixture
def cloud(tmp_path):
    changes = []
    running = server.serve("127.0.0.1", 0, tmp_path / "state", on_change=lambda: changes.append(1))
    region = {"region_name": "ap-south-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    url = f"http://127.0.0.1:{running.port}"
    yield running, SESSION.create_client("ec2", endpoint_url=url, **region), changes
    running.stop()


def mine(running, id_: str) -> list:
    """The machine of one instance: emulators of other tests in this process share moto's memory."""
    return [machine for machine in list_instances(running.emulator) if machine.id == id_]


def test_instances_become_wanted_machines_and_stop_being_wanted(cloud) -> None:
    running, ec2, changes = cloud
    vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.3.0.0/24")["Subnet"]["SubnetId"]
    ec2.import_key_pair(KeyName="admin", PublicKeyMaterial=KEY.encode())
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "head"}, {"Key": "pool", "Value": "head"}]}]
    asked = {"ImageId": "ami-1", "InstanceType": "m7i.large", "SubnetId": subnet, "MinCount": 1, "MaxCount": 1}
    id_ = ec2.run_instances(
        **asked, KeyName="admin", UserData="#!/bin/sh\necho hi\n", PrivateIpAddress="10.3.0.10", TagSpecifications=tags
    )["Instances"][0]["InstanceId"]
    assert changes
    (machine,) = mine(running, id_)
    assert (machine.id, machine.private_ip, machine.name) == (id_, "10.3.0.10", "head")
    assert machine.user_data == "#!/bin/sh\necho hi\n"
    assert machine.ssh_public_keys == (KEY,)
    assert machine.tags["pool"] == "head"
    assert machine.generation == 0

    ec2.reboot_instances(InstanceIds=[id_])
    assert mine(running, id_)[0].generation == 1
    ec2.stop_instances(InstanceIds=[id_])
    assert [machine.running for machine in mine(running, id_)] == [False]
    ec2.start_instances(InstanceIds=[id_])
    assert mine(running, id_)[0].generation == 2
    ec2.terminate_instances(InstanceIds=[id_])
    assert mine(running, id_) == []


def test_an_instance_of_a_templates_later_version_gets_the_user_data_of_that_version(cloud) -> None:
    running, ec2, _ = cloud
    ec2.create_launch_template(LaunchTemplateName="later", LaunchTemplateData=template("first"))
    ec2.create_launch_template_version(LaunchTemplateName="later", LaunchTemplateData=template("second"))
    ec2.modify_launch_template(LaunchTemplateName="later", DefaultVersion="2")
    started = ec2.run_instances(LaunchTemplate={"LaunchTemplateName": "later"}, MinCount=1, MaxCount=1)
    (machine,) = mine(running, started["Instances"][0]["InstanceId"])
    assert machine.user_data == "second"


def template(user_data: str) -> dict[str, str]:
    return {"ImageId": "ami-1", "InstanceType": "m7i.large", "UserData": b64encode(user_data.encode()).decode()}


def test_a_machine_without_a_name_is_called_by_its_address(cloud) -> None:
    running, ec2, _ = cloud
    vpc = ec2.create_vpc(CidrBlock="10.4.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.4.0.0/24")["Subnet"]["SubnetId"]
    ec2.run_instances(ImageId="ami-1", InstanceType="m7i.large", SubnetId=subnet, MinCount=1, MaxCount=1)
    assert {machine.name for machine in list_instances(running.emulator)} >= {"ip-10-4-0-4"}
