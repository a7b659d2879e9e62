"""Four whole stacks: each passes preflight and policies, comes up, stays as it is, and goes without a trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rackwright.engine import Event, Op, StackRef, export_state
from rackwright.pipeline.clock import today
from rackwright.pipeline.judging.findings import judged
from rackwright.pipeline.prepare import Prepared, prepare
from rackwright.pipeline.program.provision import EmbeddedEngine, program_config
from rackwright.pipeline.workspace import PROJECT, Workspace, project_root
from tests.integration.aws.conftest import Emulator, start

pytestmark = [pytest.mark.cloud, pytest.mark.slow]

STACKS = ["h100-train", "b200-eks", "g6e-dev", "mixed"]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One local AWS for all stacks: what one leaves behind, the next one meets."""
    running = start(tmp_path_factory.mktemp("aws"))
    yield running
    running.kill()


@dataclass
class Stack:
    """A stack on its way through the engine."""

    prepared: Prepared
    engine: EmbeddedEngine
    cloud: Emulator

    @property
    def region(self) -> str:
        return str(self.prepared.design.region)

    def client(self, service: str) -> Any:
        return self.cloud.client(service, self.region)

    def exported(self) -> dict[str, Any]:
        return dict(self.engine.outputs())


@pytest.fixture
def stack(request: pytest.FixtureRequest, cloud: Emulator, tmp_path: Path) -> Stack:
    prepared = prepare(project_root(), request.param, today())
    for name in ("infra", "stacks"):
        (tmp_path / name).symlink_to(project_root() / name)
    config = program_config(spec=f"stacks/{request.param}.yaml", endpoint=cloud.url, ssh_key="")
    return Stack(prepared, EmbeddedEngine(Workspace(tmp_path, prepared.stack), prepared, cloud.url, config), cloud)


def silent(_: Event) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("stack", STACKS, indirect=True)
def test_a_stack_comes_up_stays_and_goes(stack: Stack) -> None:
    _passes_its_policies(stack)
    first = stack.engine.up(silent, frozenset())
    assert first.error() is None
    assert set(first.counts()) == {Op.CREATE}
    _has_its_nodes(stack)
    again = stack.engine.up(silent, frozenset())
    assert (again.error(), set(again.counts())) == (None, {Op.SAME})
    kept = stack.engine.destroy(silent, frozenset()).error()
    if kept is not None:
        assert "BucketNotEmpty" in kept.summary, "access logs were delivered, and are not thrown away"
        _empty_buckets(stack)
        assert stack.engine.destroy(silent, frozenset()).error() is None
    assert not _left(stack)


def _passes_its_policies(stack: Stack) -> None:
    _, findings = stack.engine.preview(silent)
    blocking = judged(findings, stack.prepared, today()).blocking
    assert not [(one.rule, one.urn, one.message) for one in blocking]


def _has_its_nodes(stack: Stack) -> None:
    """Every pool has its least number of nodes, and Kubernetes' own are known to it."""
    hosts = json.loads(stack.exported()["inventory"])["hosts"]
    design = stack.prepared.design
    assert {pool.name: sum(host["pool"] == pool.name for host in hosts) for pool in design.pools} == {
        pool.name: pool.min_nodes for pool in design.pools
    }
    if design.kubernetes is None:
        assert "kubernetes" not in stack.exported()["outputs"]
        return
    managed = [host for host in hosts if host["pool"] in design.kubernetes.pools]
    assert all(host["roles"] == [] for host in managed), "EKS makes them, so nothing configures them"
    groups = stack.client("eks").list_nodegroups(clusterName=design.name)["nodegroups"]
    assert set(groups) == set(design.kubernetes.pools)


def _empty_buckets(stack: Stack) -> None:
    """What a person does first: a stack on AWS never throws away what its buckets hold, such as delivered logs."""
    s3 = stack.client("s3")
    for name in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
        found = s3.list_object_versions(Bucket=name)
        for one in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"], BypassGovernanceRetention=True)


def _left(stack: Stack) -> list[str]:
    """What a client still sees of the stack, and of the engine's state."""
    ec2, name = stack.client("ec2"), stack.prepared.design.name
    instances = [one for each in ec2.describe_instances()["Reservations"] for one in each["Instances"]]
    state = export_state(stack.engine.backend, StackRef(PROJECT, stack.prepared.stack)) or {}
    kms = stack.client("kms")
    keys = [kms.describe_key(KeyId=one["KeyId"]) for one in kms.list_keys()["Keys"]]
    aliases = kms.list_aliases()["Aliases"]
    owned = {one.get("TargetKeyId") for one in aliases if one["AliasName"].startswith("alias/aws/")}
    return [
        *(str(one["urn"]) for one in state.get("resources", [])),
        *(vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]),
        *(one["InstanceId"] for one in instances if one["State"]["Name"] != "terminated"),
        *(one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]),
        *(one["LaunchTemplateName"] for one in ec2.describe_launch_templates()["LaunchTemplates"]),
        *stack.client("eks").list_clusters()["clusters"],
        *(one["FileSystemId"] for one in stack.client("efs").describe_file_systems()["FileSystems"]),
        *(one["FileSystemId"] for one in stack.client("fsx").describe_file_systems()["FileSystems"]),
        *(one["RoleName"] for one in stack.client("iam").list_roles()["Roles"] if one["RoleName"].startswith(name)),
        *(one["Name"] for one in stack.client("s3").list_buckets()["Buckets"]),
        *(one["logGroupName"] for one in stack.client("logs").describe_log_groups()["logGroups"]),
        *(
            one["KeyMetadata"]["KeyId"]
            for one in keys
            if one["KeyMetadata"]["KeyState"] == "Enabled" and one["KeyMetadata"]["KeyId"] not in owned
        ),
    ]
