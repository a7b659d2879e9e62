"""What the program declares about people, records, detection, fixes, copies and money."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.aws.cluster import AwsCluster
from infra.aws.governing.dashboard import body
from infra.aws.governing.patching import FILTERS
from infra.aws.governing.trail_alarms import PATTERNS
from infra.settings import Settings
from policies.evaluation import evaluate
from policies.profile import STRICTEST
from policies.registry import RULES
from policies.rule import Resource, Status
from rackwright.catalog.operating_systems import SYSTEMS
from rackwright.design.governance import DataKey, Governance, PermissionSet, Spending

from .conftest import design

SETTINGS = Settings(spec=Path("x"), stack="test")
Declared = dict[str, dict[str, dict[str, Any]]]
FOUND: dict[str, Declared] = {}
"""What was declared before, by the changes: declaring a cluster takes seconds, looking at it nothing."""


@pytest.fixture
def declared(declare):
    """``declared(**changes)`` declares the cluster with a changed governance; type -> name -> inputs."""

    def run(**changes: Any) -> Declared:
        key = repr(sorted(changes.items()))
        if key not in FOUND:
            plain = design()
            governance = plain.governance.model_copy(update=changes)
            wanted = plain.model_copy(update={"governance": governance})
            FOUND[key] = {}
            for resource in declare(lambda: AwsCluster(wanted, SETTINGS)).seen:
                FOUND[key].setdefault(resource.typ, {})[resource.name] = resource.inputs
        return FOUND[key]

    return run


def test_every_class_of_data_is_encrypted_with_its_own_key(declared) -> None:
    found = declared()
    used = {
        "data": found["aws:efs/fileSystem:FileSystem"]["h100-train-home"]["kmsKeyId"],
        "logs": found["aws:cloudtrail/trail:Trail"]["h100-train-trail"]["kmsKeyId"],
        "secrets": found["aws:secretsmanager/secret:Secret"]["h100-train-secret-database"]["kmsKeyId"],
        "alerts": found["aws:sns/topic:Topic"]["h100-train-alerts"]["kmsMasterKeyId"],
        "backups": found["aws:backup/vault:Vault"]["h100-train-backups"]["kmsKeyArn"],
    }
    assert {name: arn.rpartition("-")[2] for name, arn in used.items()} == {name: name for name in used}


def test_the_keys_of_local_drives_are_wrapped_by_a_key_that_only_nodes_use(declared) -> None:
    scratch = DataKey(name="scratch", purpose="Keys of local drives", of_nodes=True)
    found = declared(keys=(*design().governance.keys, scratch))
    assert found["aws:kms/alias:Alias"]["h100-train-scratch"]["name"] == "alias/h100-train-scratch"
    policies = found["aws:iam/rolePolicy:RolePolicy"]
    assert "kms:GenerateDataKeyWithoutPlaintext" in policies["h100-train-node-local-keys"]["policy"]
    boundary = found["aws:iam/policy:Policy"]["h100-train-node-boundary"]["policy"]
    assert "kms:GenerateDataKeyWithoutPlaintext" in boundary, "what the boundary lacks is denied"
    assert "h100-train-node-local-keys" not in declared()["aws:iam/rolePolicy:RolePolicy"]
    resources = [
        Resource(f"urn:pulumi:t::p::{kind}::{name}", kind, name, {"id": f"{name}-id", **inputs})
        for kind, named in found.items()
        for name, inputs in named.items()
    ]
    wrong = [one for one in evaluate(RULES, resources, profile=STRICTEST) if one.status is Status.FAILED]
    assert not wrong, [(one.rule, one.urn, one.message) for one in wrong]


def test_no_value_of_a_secret_is_in_the_program(declared) -> None:
    found = declared()
    assert "aws:secretsmanager/secretVersion:SecretVersion" not in found
    for policy in found["aws:secretsmanager/secretPolicy:SecretPolicy"].values():
        (deny,) = json.loads(policy["policy"])["Statement"]
        assert deny["Condition"]["ArnNotEquals"]["aws:PrincipalArn"].endswith(":role/h100-train-node")


def test_every_alarm_tells_the_topic(declared) -> None:
    alarms = declared()["aws:cloudwatch/metricAlarm:MetricAlarm"]
    topic = "arn:aws:mock:us-east-1:123456789012:h100-train-alerts"
    assert {name.removeprefix("h100-train-") for name in alarms} >= {*PATTERNS, "train-idle"}
    assert all(topic in alarm["alarmActions"] for alarm in alarms.values())


def test_the_busiest_gpu_decides_whether_a_pool_idles(declared) -> None:
    alarm = declared()["aws:cloudwatch/metricAlarm:MetricAlarm"]["h100-train-train-idle"]
    assert (alarm["statistic"], alarm["comparisonOperator"]) == ("Maximum", "LessThanThreshold")
    assert alarm["period"] * alarm["evaluationPeriods"] == 3600
    assert alarm["treatMissingData"] == "notBreaching"
    assert "aws:autoscaling/policy:Policy" not in declared()


def test_idle_nodes_go_one_at_a_time_where_that_is_wanted(declared) -> None:
    (watch,) = design().governance.idle
    found = declared(idle=(watch.model_copy(update={"scale_down": True}),))
    (policy,) = found["aws:autoscaling/policy:Policy"].values()
    assert policy["scalingAdjustment"] == -1
    alarm = found["aws:cloudwatch/metricAlarm:MetricAlarm"]["h100-train-train-idle"]
    assert any(action.endswith("h100-train-train-idle") for action in alarm["alarmActions"])


def test_the_people_of_the_spec_hear_of_each_threshold(declared) -> None:
    (budget,) = declared()["aws:budgets/budget:Budget"].values()
    told = {(one["notificationType"], one["threshold"]) for one in budget["notifications"]}
    assert told == {("ACTUAL", 50), ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)}
    assert all(one["subscriberEmailAddresses"] == ["ops@example.org"] for one in budget["notifications"])
    assert budget["limitAmount"] == "3200000"
    assert "aws:budgets/budgetAction:BudgetAction" not in declared()


def test_above_the_budget_the_policy_is_attached_to_the_nodes_role_and_no_other(declared) -> None:
    spending = Spending(usd_per_month=5, alert_at=(100,), stop_pools=("train",))
    found = declared(spending=spending)
    (action,) = found["aws:budgets/budgetAction:BudgetAction"].values()
    assert action["definition"]["iamActionDefinition"]["roles"] == ["h100-train-node"]
    assert action["approvalModel"] == "AUTOMATIC"
    denied = json.loads(found["aws:iam/policy:Policy"]["h100-train-stop-elastic"]["policy"])["Statement"]
    assert all(statement["Effect"] == "Deny" for statement in denied)


def test_the_nodes_role_has_a_boundary_that_refuses_to_raise_its_own_rights(declared) -> None:
    found = declared()
    role = found["aws:iam/role:Role"]["h100-train-node"]
    assert role["permissionsBoundary"].endswith("h100-train-node-boundary")
    text = found["aws:iam/policy:Policy"]["h100-train-node-boundary"]["policy"]
    never = next(each for each in json.loads(text)["Statement"] if each["Effect"] == "Deny")
    assert {"iam:AttachRolePolicy", "cloudtrail:StopLogging", "kms:ScheduleKeyDeletion"} <= set(never["Action"])
    assert len(text) <= 6144, "IAM takes no longer managed policy"


def test_a_boundary_of_the_spec_is_on_every_role(declared) -> None:
    arn = "arn:aws:iam::123456789012:policy/organisation"
    access = design().governance.access.model_copy(update={"boundary": arn})
    roles = declared(access=access)["aws:iam/role:Role"]
    assert {role.get("permissionsBoundary") for role in roles.values()} == {arn}


def test_groups_of_the_provider_get_their_permission_sets_in_this_account(declared) -> None:
    found = declared()
    sets = found["aws:ssoadmin/permissionSet:PermissionSet"]
    assert {one["name"] for one in sets.values()} == {"h100-train-admins", "h100-train-researchers"}
    assert all(one["sessionDuration"] == "PT4H" for one in sets.values())
    assigned = found["aws:ssoadmin/accountAssignment:AccountAssignment"].values()
    assert {(one["principalType"], one["targetId"]) for one in assigned} == {("GROUP", "123456789012")}
    assert "aws:identitystore/group:Group" not in found, "groups come from the provider"


def test_without_identity_center_groups_need_a_second_factor(declared) -> None:
    operators = PermissionSet(name="x-ops", group="ops", kind="operators", session_hours=4)
    access = design().governance.access.model_copy(
        update={"identity_center": False, "permission_sets": (operators,), "mfa": True}
    )
    found = declared(access=access)
    attached = found["aws:iam/groupPolicyAttachment:GroupPolicyAttachment"].values()
    assert any(one["policyArn"].endswith("h100-train-require-mfa") for one in attached)
    assert "aws:ssoadmin/permissionSet:PermissionSet" not in found


def test_fixes_are_only_looked_for_where_the_scheduler_installs_them_and_drivers_never_by_the_window(declared) -> None:
    found = declared()
    (task,) = found["aws:ssm/maintenanceWindowTask:MaintenanceWindowTask"].values()
    given = {
        one["name"]: one["values"] for one in task["taskInvocationParameters"]["runCommandParameters"]["parameters"]
    }
    assert given["Operation"] == ["Scan"]
    (baseline,) = found["aws:ssm/patchBaseline:PatchBaseline"].values()
    assert {"*nvidia*", "linux-image-*"} <= set(baseline["rejectedPatches"])
    assert set(FILTERS) == {system.patch_group for system in SYSTEMS.values()}


def test_a_stack_that_leaves_the_account_alone_declares_nothing_account_wide(declared) -> None:
    bare = Governance()
    found = declared(detection=bare.detection)
    for kind in ("guardduty", "securityhub", "inspector2", "macie2", "accessanalyzer", "cfg"):
        assert not [token for token in found if token.startswith(f"aws:{kind}/")], kind


def test_records_are_locked_and_logged_where_the_framework_asks_for_it(declared) -> None:
    found = declared()
    locked = {name for name, bucket in found["aws:s3/bucket:Bucket"].items() if bucket.get("objectLockEnabled")}
    assert {"h100-train-trail-files", "h100-train-config-files"} <= locked
    logging = found["aws:s3/bucketLogging:BucketLogging"]["h100-train-data"]
    assert logging["targetBucket"].startswith("h100-train-access-logs-")


def test_registry_has_one_unmovable_repository_for_each_image_and_no_cache_that_ecr_refuses(declared) -> None:
    found = declared()
    upstreams = {
        one["upstreamRegistryUrl"] for one in found["aws:ecr/pullThroughCacheRule:PullThroughCacheRule"].values()
    }
    assert upstreams == {"public.ecr.aws", "registry.k8s.io", "quay.io"}
    templates = found["aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"].values()
    assert all(one["encryptionConfigurations"][0]["encryptionType"] == "KMS" for one in templates)


def test_a_dashboard_is_the_same_every_time_and_shows_each_pool_and_file_system() -> None:
    arguments = ("us-east-1", "h100-train", {"train": "h100-train-train"}, {"scratch": "fs-1"}, {"home": "fs-2"})
    assert body(*arguments) == body(*arguments)
    widgets = json.loads(body(*arguments))["widgets"]
    assert [widget["properties"]["title"] for widget in widgets] == [
        *("GPUs at work, percent", "Nodes in service", "Lustre scratch", "EFS home"),
    ]
    assert len({(widget["x"], widget["y"]) for widget in widgets}) == len(widgets), "no graph covers another"
