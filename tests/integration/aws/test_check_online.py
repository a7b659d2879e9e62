"""Online checks against the local AWS API: what it knows is judged, what it lacks is not checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rackwright.pipeline.ask import asked
from rackwright.pipeline.clock import today
from rackwright.pipeline.prepare import prepare
from rackwright.pipeline.workspace import Workspace, project_root
from rackwright.preflight.online import Answer, OnlineVerdict
from tests.integration.aws.conftest import Emulator

pytestmark = pytest.mark.cloud


def verdicts(emulator: Emulator, stack: Path | str, folder: Path) -> dict[str, list[OnlineVerdict]]:
    prepared = prepare(project_root(), str(stack), today())
    workspace = Workspace(folder, prepared.stack)
    (folder / "infra").symlink_to(project_root() / "infra")
    found: dict[str, list[OnlineVerdict]] = {}
    for verdict in asked(prepared, workspace, emulator.url):
        found.setdefault(verdict.check, []).append(verdict)
    return found


def test_the_local_stack_would_launch_and_what_the_emulator_lacks_is_not_checked(
    emulator: Emulator, tmp_path: Path
) -> None:
    found = verdicts(emulator, "local", tmp_path)
    assert {one.answer for check in ("offering", "image", "launch") for one in found[check]} == {Answer.PASSED}
    assert {one.answer for one in found["vcpu-quota"]} == {Answer.PASSED}
    assert [one.answer for one in found["vpc-quota"]] == [Answer.PASSED]
    assert {one.answer for one in found["addresses"]} == {Answer.NOT_CHECKED}, "nothing is made yet"
    assert not emulator.client("ec2").describe_instances()["Reservations"], "a rehearsal starts nothing"


def test_a_machine_that_the_zone_lacks_fails_as_a_lack_of_capacity(emulator: Emulator, tmp_path: Path) -> None:
    text = (project_root() / "stacks" / "local.yaml").read_text().replace("p5.48xlarge", "p4de.24xlarge")
    stack = tmp_path / "elsewhere.yaml"
    stack.write_text(text.replace("use1-az6", "use1-az5"))
    offering = {one.path[1]: one for one in verdicts(emulator, stack, tmp_path)["offering"]}
    assert offering["train"].answer is Answer.FAILED
    assert offering["train"].capacity


def test_subnets_that_exist_are_counted_and_the_launch_is_rehearsed_in_them(
    start_emulator: Callable[..., Emulator], tmp_path: Path
) -> None:
    emulator = start_emulator(tmp_path / "aws")
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    prepared = prepare(project_root(), "local", today())
    for number, subnet in enumerate(prepared.design.network.subnets):
        tags = {"Name": f"{prepared.design.name}-{subnet.name}", "rackwright:stack": prepared.stack}
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.77.{number}.0/24",
            TagSpecifications=[
                {"ResourceType": "subnet", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            ],
        )
    found = verdicts(emulator, "local", tmp_path)
    assert {one.answer for one in found["addresses"]} == {Answer.PASSED}
    assert {one.answer for one in found["launch"]} == {Answer.PASSED}
    assert "subnet" not in found["launch"][0].summary
