"""Changes made by hand on the local AWS: shown, brought back, adopted into the stack file, comments kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from rackwright.engine import Event
from rackwright.engine.plan import ignore
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.program.adopt import NO_FIELD, adopt
from rackwright.pipeline.program.drift import find_drift, record_known_drift
from rackwright.pipeline.program.provision import EmbeddedEngine, program_config
from rackwright.pipeline.run import Run

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.cloud, pytest.mark.slow, pytest.mark.timeout(300)]

STACK = """\
name: sandbox  # a small one
target: {kind: aws, region: us-east-1, zone_ids: [use1-az6]}
data: {classification: internal}
network: {cidr: 10.50.0.0/16}
pools:
  head: {role: control, machine: m7i.xlarge, nodes: 1}
  # Grows with the work.
  infer: {role: gpu, machine: g6e.12xlarge, nodes: {min: 0, max: 4}}
storage:
  scratch: {kind: fsx-lustre, capacity: 1200 GiB, throughput: 500 MB/s/TiB, mount: /fsx}
scheduler: {kind: none}
software: {driver: r580-open, cuda: "13.0"}
monitoring: {alerts: [ops@example.org]}
"""


@dataclass
class Quiet:
    """Watches nothing, agrees to everything."""

    answer: str = "--yes: yes"
    stages: list[str] = field(default_factory=list)

    def stage(self, name: str) -> None:
        self.stages.append(name)

    def engine(self, event: Event) -> None: ...

    def __getattr__(self, name: str) -> Any:
        return lambda *_: True


class OnTheLocalCloud(Run):
    """A run of a stack for AWS, with the local AWS in AWS's place."""

    address = ""

    @property
    def endpoint(self) -> str:
        return self.address

    def engine(self, *, change: bool) -> EmbeddedEngine:
        del change
        config = program_config(spec=str(self.prepared.path), endpoint=self.address, ssh_key="")
        return EmbeddedEngine(self.workspace, self.prepared, self.address, config)


@dataclass
class Site:
    root: Path
    run: OnTheLocalCloud

    @property
    def file(self) -> Path:
        return self.root / "stacks" / "sandbox.yaml"

    def reopened(self) -> OnTheLocalCloud:
        prepared, workspace = open_stack(self.root, str(self.file))
        return OnTheLocalCloud(prepared, workspace, Quiet())

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, "us-east-1", endpoint_url=self.run.address, **keys)

    @property
    def group(self) -> dict[str, Any]:
        return self.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]

    def resize(self, **sizes: int) -> None:
        self.client("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName=self.group["AutoScalingGroupName"], **sizes
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("site")
    (root / "stacks").mkdir()
    (root / "stacks" / "sandbox.yaml").write_text(STACK)
    (root / "infra").symlink_to(ROOT / "infra")
    shutil.copy(ROOT / "Pulumi.yaml", root)
    api = [sys.executable, "-m", "rackwright.cloud.aws", "--port", "0", "--state", str(root / "aws")]
    with subprocess.Popen(api, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        try:
            assert running.stdout is not None
            OnTheLocalCloud.address = f"http://127.0.0.1:{int(running.stdout.readline())}"
            prepared, workspace = open_stack(root, str(root / "stacks" / "sandbox.yaml"))
            run = OnTheLocalCloud(prepared, workspace, Quiet())
            done = run.engine(change=True).up(ignore, frozenset())
            assert done.error() is None
            yield Site(root, run)
        finally:
            running.kill()


def test_what_nobody_touched_has_not_drifted(site: Site) -> None:
    drift = find_drift(site.run)
    assert drift.resources == ()
    assert drift.read > 20


def test_a_change_by_hand_is_shown_with_both_values_and_the_next_up_brings_it_back(site: Site) -> None:
    site.resize(MaxSize=7)
    (one,) = find_drift(site.run).resources
    assert [(change.path, change.old, change.new) for change in one.changes] == [("maxSize", 4, 7)]
    assert one.calls or one.not_known, "who it was is told, or why that is not known"
    plan, _ = site.run.engine(change=False).preview(ignore)
    assert all(step.op == "same" for step in plan.steps if step.urn == one.urn), "looking for drift records nothing"
    record_known_drift(site.run)
    done = site.run.engine(change=True).up(ignore, frozenset())
    assert [str(step.op) for step in done.steps if step.urn == one.urn] == ["update"]
    assert site.group["MaxSize"] == 4
    assert find_drift(site.run).resources == ()


def test_what_is_gone_is_said_and_made_again(site: Site) -> None:
    topic = site.client("sns").list_topics()["Topics"][0]["TopicArn"]
    site.client("sns").delete_topic(TopicArn=topic)
    gone = [one for one in find_drift(site.run).resources if one.gone]
    assert topic in [one.id for one in gone]
    assert all(one.id.startswith(topic) for one in gone), "its subscriptions went with it"
    record_known_drift(site.run)
    assert site.run.engine(change=True).up(ignore, frozenset()).error() is None
    assert site.client("sns").list_topics()["Topics"]
    assert find_drift(site.run).resources == ()


def test_a_change_by_hand_is_adopted_into_the_stack_file_and_one_without_a_field_is_not(site: Site) -> None:
    before = site.file.read_text()
    site.resize(MinSize=1, MaxSize=9)
    vpc = site.client("ec2").describe_vpcs(Filters=[{"Name": "tag:rackwright:stack", "Values": ["sandbox"]}])["Vpcs"][0]
    site.client("ec2").create_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "Owner", "Value": "somebody"}])
    told = {f"{one.name} {one.property}": one for one in adopt(site.reopened())}
    assert told["sandbox-infer maxSize"].field == "pools.infer.nodes"
    assert {one.why_not for one in told.values() if not one.property.startswith("tags")} == {""}
    assert {one.why_not for one in told.values() if one.property.startswith("tags")} == {NO_FIELD}
    assert site.file.read_text() == before.replace("{min: 0, max: 4}", "{min: 1, max: 9}")
    done = site.reopened().engine(change=True).up(ignore, frozenset())
    assert site.group["MaxSize"] == 9
    assert all("Group" not in step.type for step in done.steps if step.op != "same")


def test_a_value_that_the_checks_refuse_is_not_written(site: Site) -> None:
    before = site.file.read_text()
    site.resize(MinSize=0, MaxSize=100_000)
    told = [one for one in adopt(site.reopened()) if one.field]
    assert told
    assert all(one.why_not for one in told)
    assert site.file.read_text() == before
