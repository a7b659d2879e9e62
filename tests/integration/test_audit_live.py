"""The live audit of a stack that runs on the local AWS API: what is right, what somebody changed, added and removed."""

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from policies.rule import Status
from rackwright.cli.watch import Watch
from rackwright.pipeline import run as runs
from rackwright.pipeline.judging import audit as audits
from rackwright.pipeline.judging.audit import Audit, Places, audit_stack
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.run import Run
from rackwright.pipeline.workspace import Workspace, project_root
from tests.integration.aws.conftest import Emulator, start

pytestmark = [pytest.mark.cloud, pytest.mark.slow]
UNMANAGED = "RW-PACC-013"
OF_THE_ACCOUNT = ("RW-PACC-00", "RW-PACC-010", "RW-PDET")
"""Rules on what an account says of itself, which a stack does not decide."""
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@dataclass
class Story:
    """What audits found: of the record, of the account as it was built, and after somebody had been there."""

    recorded: set[tuple[str, str]]
    built: Audit
    touched: Audit


@contextmanager
def closing(emulator: Emulator):
    try:
        yield
    finally:
        emulator.kill()


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    """The `local` stack, up on an AWS API without machines."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("infra", "policies", "playbooks", "stacks", "rackwright", "Pulumi.yaml"):
        (root / name).symlink_to(project_root() / name)
    emulator = start(tmp_path_factory.mktemp("aws"))
    with closing(emulator), pytest.MonkeyPatch.context() as patch:
        for module in (audits, runs):
            patch.setattr(module, "running_endpoint", lambda _: emulator.url)
        prepared, _ = open_stack(root, "local")
        run = Run(prepared, Workspace(root, "local"), Watch(yes=True, ask=""))
        run.apply()
        recorded = failed(audit_stack(run, Places(), NOW))
        built = audit_stack(run, Places(live=True), NOW)
        touch(emulator)
        touched = audit_stack(run, Places(live=True, whole_region=True), NOW)
    return Story(recorded, built, touched)


def touch(emulator: Emulator) -> None:
    """Somebody opens ssh to everybody, makes a bucket, and deletes a log."""
    ec2, s3, logs = (emulator.client(name) for name in ("ec2", "s3", "logs"))
    group = next(one for one in ec2.describe_security_groups()["SecurityGroups"] if "local" in one["GroupName"])
    ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"], IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )
    s3.create_bucket(Bucket="somebodys-bucket")
    logs.delete_log_group(logGroupName=logs.describe_log_groups()["logGroups"][0]["logGroupName"])


def failed(audit: Audit) -> set[tuple[str, str]]:
    findings = audit.result.findings
    return {(one.rule, one.urn.rpartition("::")[2]) for one in findings if one.status is Status.FAILED}


def test_what_the_program_built_is_right_where_it_runs_as_where_it_is_recorded(story: Story) -> None:
    assert {look.place for look in story.built.looks} == {"live", "lock"}
    more = failed(story.built) - story.recorded
    assert {rule for rule, _ in more if not rule.startswith(OF_THE_ACCOUNT)} == set()


def test_a_rule_opened_by_hand_and_a_bucket_of_nobody_are_found(story: Story) -> None:
    found = failed(story.touched) - failed(story.built)
    assert any(rule.startswith("RW-PNET") for rule, _ in found), "ssh from everywhere"
    assert any(name.startswith("sgr-") for rule, name in found if rule == UNMANAGED)
    assert any("somebodys-bucket" in name for rule, name in found if rule.startswith("RW-PSTO"))


def test_what_is_recorded_and_gone_is_told(story: Story) -> None:
    gone = [one for one in story.touched.result.findings if one.resource_type == "live:gone"]
    assert [one.status for one in gone] == [Status.FAILED]
    assert "logGroup" in gone[0].urn


def test_an_audit_is_compared_with_the_one_before(story: Story) -> None:
    assert story.touched.change is not None
    assert story.touched.change.before == story.built.mark
    assert story.touched.change.new
