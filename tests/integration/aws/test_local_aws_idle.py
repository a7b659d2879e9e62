"""Idle GPUs from end to end: the node's program tells CloudWatch, the alarm judges, the group shrinks to its least."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rackwright.cloud.aws import lifecycle, server
from rackwright.design.idle import METRIC, NAMESPACE, PERIOD_S
from rackwright.node import fetch, gpu_metrics
from tests.integration.aws.conftest import SESSION

pytestmark = pytest.mark.cloud
KEYS = {"AccessKeyId": "test", "SecretAccessKey": "test", "Token": "test"}


@dataclass
class Place:
    scaling: Any
    watch: Any
    url: str
    name: str
    """Of the pool, its group and its alarm: the emulator's state is one for the whole process."""
    now: float

    def nodes(self) -> int:
        (group,) = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.name])["AutoScalingGroups"]
        return len(group["Instances"])

    def alarm(self) -> str:
        (alarm,) = self.watch.describe_alarms(AlarmNames=[self.name])["MetricAlarms"]
        return str(alarm["StateValue"])

    def tell(self, *values: float) -> None:
        """A node's report, and five minutes go by."""
        self.now += PERIOD_S
        told = {"region": "us-east-1", "endpoint": self.url, "cluster": "c", "pool": self.name}
        gpu_metrics.send({**told, "namespace": NAMESPACE, "metric": METRIC}, values)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A group of three that may shrink to one, and its alarm after a quarter of an hour."""
    running = server.serve("127.0.0.1", 0, tmp_path / "state", tmp_path / "faults.yaml")
    known = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    url = f"http://127.0.0.1:{running.port}"
    ec2, scaling, watch = (
        SESSION.create_client(n, endpoint_url=url, **known) for n in ("ec2", "autoscaling", "cloudwatch")
    )
    monkeypatch.setattr(fetch, "Cloud", lambda node: type("Cloud", (), {"keys": lambda self: KEYS})())
    place = Place(scaling, watch, url, f"pool-{tmp_path.parent.name}-{tmp_path.name}", time.time())
    monkeypatch.setattr(lifecycle.pace, "clock", lambda: place.now)
    declare(place.name, ec2, scaling, watch)
    yield place
    running.stop()


def declare(name: str, ec2: Any, scaling: Any, watch: Any) -> None:
    """As infra/aws/idle_gpus.py declares them."""
    image = {"ImageId": "ami-1", "InstanceType": "g6e.4xlarge"}
    ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=image)
    sizes = {"MinSize": 1, "MaxSize": 4, "DesiredCapacity": 3, "AvailabilityZones": ["us-east-1a"]}
    template = {"LaunchTemplateName": name, "Version": "$Latest"}
    scaling.create_auto_scaling_group(AutoScalingGroupName=name, LaunchTemplate=template, **sizes)
    named = {"AutoScalingGroupName": name, "PolicyName": "idle"}
    scaling.put_scaling_policy(**named, AdjustmentType="ChangeInCapacity", ScalingAdjustment=-1, Cooldown=PERIOD_S)
    (policy,) = scaling.describe_policies()["ScalingPolicies"]
    watch.put_metric_alarm(
        AlarmName=name,
        Namespace=NAMESPACE,
        MetricName=METRIC,
        Dimensions=[{"Name": "Cluster", "Value": "c"}, {"Name": "Pool", "Value": name}],
        Statistic="Maximum",
        Period=PERIOD_S,
        EvaluationPeriods=3,
        Threshold=5.0,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=["arn:aws:sns:us-east-1:123456789012:alerts", policy["PolicyARN"]],
    )


def test_idle_nodes_go_one_at_a_time_down_to_the_least_and_a_job_ends_that(here: Place) -> None:
    here.tell(0, 0)
    here.tell(0, 3)
    assert (here.alarm(), here.nodes()) == ("OK", 3), "it has not idled for long enough"
    here.tell(1, 0)
    assert (here.alarm(), here.nodes()) == ("ALARM", 2)
    here.tell(0, 0)
    assert here.nodes() == 1
    here.tell(0, 0)
    assert (here.alarm(), here.nodes()) == ("ALARM", 1), "the least number is never undercut"
    here.tell(0, 98)
    assert (here.alarm(), here.nodes()) == ("OK", 1)


def test_one_busy_gpu_of_any_node_keeps_all_nodes(here: Place) -> None:
    for _ in range(4):
        here.tell(0, 0)
        here.tell(0, 40)
    assert (here.alarm(), here.nodes()) == ("OK", 3)


def test_a_pool_that_reports_nothing_raises_no_alarm(here: Place) -> None:
    here.now += 10 * PERIOD_S
    assert (here.alarm(), here.nodes()) == ("OK", 3)


def test_what_a_node_cannot_find_out_is_an_exit_status_and_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "gpu-metrics.json"
    settings.write_text(json.dumps({"region": "us-east-1"}))
    monkeypatch.setattr(gpu_metrics, "SETTINGS", settings)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpu_metrics.main() == 1
    assert "no figures" in capsys.readouterr().out
