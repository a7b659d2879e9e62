"""Things that take minutes on AWS take their scaled-down time here, and the provider waits for them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rackwright.cloud.aws.faults import Faults, save_faults
from tests.integration.aws.cases_network import customer, gateway
from tests.integration.aws.conftest import Emulator, Engine, start
from tests.integration.aws.world import World

pytestmark = pytest.mark.cloud

SCALE = 0.005
"""A NAT gateway then takes 0.6 s to come and 0.3 s to go, a file system three and one and a half."""


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder: Path = tmp_path_factory.mktemp("slow")
    save_faults(folder / "faults.yaml", Faults(time_scale=SCALE))
    running = start(folder, "--faults", str(folder / "faults.yaml"))
    yield running
    running.kill()


@pytest.fixture(scope="module")
def world(slow: Emulator) -> World:
    return World(Engine(slow.url))


def test_a_nat_gateway_is_waited_for_both_ways_and_frees_its_address(slow: Emulator, world: World) -> None:
    engine, token = Engine(slow.url), "aws:ec2/natGateway:NatGateway"
    began = time.monotonic()
    id_, inputs, outputs = engine.create(token, {"subnetId": world.subnet, "allocationId": world.address})
    assert time.monotonic() - began >= 120 * SCALE
    ec2 = slow.client("ec2")
    assert ec2.describe_nat_gateways(NatGatewayIds=[id_])["NatGateways"][0]["State"] == "available"
    engine.delete(token, id_, inputs, outputs)
    assert ec2.describe_nat_gateways(NatGatewayIds=[id_])["NatGateways"][0]["State"] == "deleted"
    ec2.release_address(AllocationId=world.address)


def test_an_attachment_is_waited_for_and_keeps_its_subnet_until_it_is_gone(slow: Emulator, world: World) -> None:
    engine, token = Engine(slow.url), "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
    asked = {"transitGatewayId": "tgw-0123456789abcdef0", "vpcId": world.vpc, "subnetIds": [world.subnet]}
    began = time.monotonic()
    id_, inputs, outputs = engine.create(token, asked)
    assert time.monotonic() - began >= 90 * SCALE
    ec2 = slow.client("ec2")
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_subnet(SubnetId=world.subnet)
    engine.delete(token, id_, inputs, outputs)
    with pytest.raises(ClientError, match="NotFound"):
        ec2.describe_transit_gateway_vpc_attachments(TransitGatewayAttachmentIds=[id_])


def test_an_interface_endpoint_is_waited_for_both_ways(slow: Emulator, world: World) -> None:
    engine, token = Engine(slow.url), "aws:ec2/vpcEndpoint:VpcEndpoint"
    asked = {
        "vpcId": world.vpc,
        "serviceName": "com.amazonaws.us-east-1.kms",
        "vpcEndpointType": "Interface",
        "subnetIds": [world.subnet],
        "securityGroupIds": [world.group],
    }
    began = time.monotonic()
    id_, inputs, outputs = engine.create(token, asked)
    assert time.monotonic() - began >= 90 * SCALE
    ec2 = slow.client("ec2")
    assert ec2.describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"][0]["State"] == "available"
    engine.delete(token, id_, inputs, outputs)
    assert time.monotonic() - began >= 150 * SCALE
    assert ec2.describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"][0]["State"] == "deleted"


def test_a_vpn_connection_is_waited_for_both_ways(slow: Emulator, world: World) -> None:
    engine, token = Engine(slow.url), "aws:ec2/vpnConnection:VpnConnection"
    ends = {"customerGatewayId": customer(world), "vpnGatewayId": gateway(world)}
    began = time.monotonic()
    id_, inputs, outputs = engine.create(token, {**ends, "type": "ipsec.1", "staticRoutesOnly": True})
    assert time.monotonic() - began >= 300 * SCALE
    engine.delete(token, id_, inputs, outputs)
    assert time.monotonic() - began >= 420 * SCALE
    shown = slow.client("ec2").describe_vpn_connections(VpnConnectionIds=[id_])["VpnConnections"]
    assert [one["State"] for one in shown] == ["deleted"]


def test_a_mount_target_is_waited_for_both_ways_and_not_made_before_its_file_system(
    slow: Emulator, world: World
) -> None:
    engine, efs = Engine(slow.url), slow.client("efs")
    early = efs.create_file_system(CreationToken="early")["FileSystemId"]
    with pytest.raises(ClientError, match="IncorrectFileSystemLifeCycleState"):
        efs.create_mount_target(FileSystemId=early, SubnetId=world.subnet)
    token, asked = "aws:efs/mountTarget:MountTarget", {"fileSystemId": early, "subnetId": world.subnet}
    began = time.monotonic()
    id_, inputs, outputs = engine.create(token, asked)
    assert time.monotonic() - began >= 90 * SCALE
    engine.delete(token, id_, inputs, outputs)
    assert time.monotonic() - began >= 120 * SCALE
    assert efs.describe_mount_targets(FileSystemId=early)["MountTargets"] == []
    efs.delete_file_system(FileSystemId=early)


def test_a_file_system_is_waited_for_both_ways_and_frees_its_subnet(slow: Emulator, world: World) -> None:
    engine, token = Engine(slow.url), "aws:fsx/lustreFileSystem:LustreFileSystem"
    asked = {"subnetIds": world.subnet, "storageCapacity": 1200, "deploymentType": "SCRATCH_2"}
    began = time.monotonic()
    id_, inputs, outputs = engine.create(token, asked)
    assert time.monotonic() - began >= 600 * SCALE
    fsx = slow.client("fsx")
    fsx.update_file_system(FileSystemId=id_, LustreConfiguration={"DataCompressionType": "LZ4"})
    assert fsx.describe_file_systems(FileSystemIds=[id_])["FileSystems"][0]["Lifecycle"] == "UPDATING"
    engine.delete(token, id_, inputs, outputs)
    assert fsx.describe_file_systems()["FileSystems"] == []
    slow.client("ec2").delete_subnet(SubnetId=world.subnet)
