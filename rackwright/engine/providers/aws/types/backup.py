"""AWS Backup: vaults, their locks, plans and what a plan selects."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Tagging


class Vault(Declared):
    """Where recovery points are kept."""

    type_ = "aws:backup/vault:Vault"
    service = "backup"
    autoname = "name"
    replaces = frozenset({"name", "kmsKeyArn"})
    defaults = fixed({"forceDestroy": False})
    computed = ("arn", "recoveryPoints", "kmsKeyArn", "tagsAll")
    calls = Calls("CreateBackupVault", "DescribeBackupVault", "DeleteBackupVault")
    keys = ("BackupVaultName",)
    names = fixed({"BackupVaultName": "name", "EncryptionKeyArn": "kmsKeyArn", "BackupVaultArn": "arn"})
    tagging = Tagging("BackupVaultTags", as_map=True, removed="TagKeyList", listed="ListTags")


class VaultLock(Declared):
    """Recovery points that cannot be deleted early; in governance mode without `changeableForDays`."""

    type_ = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
    service = "backup"
    replaces = frozenset({"backupVaultName", "changeableForDays", "maxRetentionDays", "minRetentionDays"})
    delete_first = True
    computed = ("backupVaultArn",)
    calls = Calls("PutBackupVaultLockConfiguration", "DescribeBackupVault", "DeleteBackupVaultLockConfiguration")
    keys = ("BackupVaultName",)
    found = "Locked && @ || null"


class Plan(Declared):
    """When what is backed up, where to, and for how long."""

    type_ = "aws:backup/plan:Plan"
    service = "backup"
    autoname = "name"
    computed = ("arn", "version", "tagsAll")
    moving = ("version",)
    calls = Calls("CreateBackupPlan", "GetBackupPlan", "DeleteBackupPlan", "UpdateBackupPlan")
    keys = ("BackupPlanId",)
    body = "backupPlan"
    created = "BackupPlanId"
    found = "DeletionDate == null && @ || null"
    listing = ("ListBackupPlans", "BackupPlansList[?BackupPlanName=='$name'].BackupPlanId | [0]")
    names = fixed(
        {
            "BackupPlanName": "name",
            "BackupPlanArn": "arn",
            "VersionId": "version",
            "TargetBackupVaultName": "targetVaultName",
            "ScheduleExpression": "schedule",
            "StartWindowMinutes": "startWindow",
            "CompletionWindowMinutes": "completionWindow",
            "MoveToColdStorageAfterDays": "coldStorageAfter",
            "DeleteAfterDays": "deleteAfter",
            "DestinationBackupVaultArn": "destinationVaultArn",
        }
    )
    tagging = Tagging("BackupPlanTags", as_map=True, removed="TagKeyList", listed="ListTags")

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The plan's own members beside its id."""
        del cloud, id_
        plan: Props = from_api(item["BackupPlan"], self.names)
        return {"name": plan["name"], "rules": plan.get("rules", [])}


class Selection(Declared):
    """What a plan backs up: by ARN or by tag."""

    type_ = "aws:backup/selection:Selection"
    service = "backup"
    autoname = "name"
    replaces = frozenset({"name", "iamRoleArn", "planId", "resources", "notResources", "selectionTags", "conditions"})
    calls = Calls("CreateBackupSelection", "GetBackupSelection", "DeleteBackupSelection")
    keys = ("SelectionId",)
    body, beside = "backupSelection", frozenset({"planId"})
    created = "SelectionId"
    found = "BackupSelection"
    listing = ("ListBackupSelections", "BackupSelectionsList[?SelectionName=='$name'].SelectionId | [0]")
    names = fixed(
        {
            "SelectionName": "name",
            "BackupPlanId": "planId",
            "ListOfTags": "selectionTags",
            "ConditionType": "type",
            "ConditionKey": "key",
            "ConditionValue": "value",
        }
    )

    def where(self, id_: str, known: Props) -> dict[str, Any]:
        """Below its plan, which the id does not hold."""
        return {"BackupPlanId": known.get("planId"), "SelectionId": id_}

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Tags are compared as a list in any order."""
        del cloud, id_
        return {"selectionTags": from_api(item.get("ListOfTags") or [], self.names)}

    def listed_by(self, wanted: Wanted) -> dict[str, Any]:
        """Selections of the plan."""
        return {"BackupPlanId": wanted.get("planId")}
