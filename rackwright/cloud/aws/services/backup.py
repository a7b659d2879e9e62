"""AWS Backup: new versions of a plan, and what a plan selects.

Sources: AWS Backup Developer Guide, API reference, "UpdateBackupPlan", "CreateBackupSelection" and "DeleteBackupPlan"
(docs.aws.amazon.com/aws-backup/latest/devguide, 2026-11).
"""

from __future__ import annotations

import time
from typing import Any

from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import require, shelf

COLD_LEAST_DAYS = 90


def _plan(call: Call) -> Any:
    return require(call.state().plans, call.params["BackupPlanId"], "ResourceNotFoundException", "backup plan")


def _check(call: Call) -> None:
    """Copies stay in cold storage for at least ninety days, and go to a vault that exists."""
    for rule in call.params["BackupPlan"]["Rules"]:
        kept = rule.get("Lifecycle") or {}
        cold, gone = kept.get("MoveToColdStorageAfterDays"), kept.get("DeleteAfterDays")
        if cold and gone and gone < cold + COLD_LEAST_DAYS:
            message = f"DeleteAfterDays must be at least {COLD_LEAST_DAYS} days after MoveToColdStorageAfterDays"
            raise ApiError("InvalidParameterValueException", message)
        if rule["TargetBackupVaultName"] not in call.state().vaults:
            name = rule["TargetBackupVaultName"]
            raise ApiError("ResourceNotFoundException", f"Backup vault {name} does not exist")


def create_plan(call: Call) -> Reply:
    """Checked first."""
    _check(call)
    return call.forward()


def update_plan(call: Call) -> Reply:
    """The plan as a whole, under a new version."""
    plan = _plan(call)
    _check(call)
    plan.backup_plan = call.params["BackupPlan"]
    plan.version_id = mock_random.get_random_string(length=48)
    return call.answer(plan.to_dict())


def delete_plan(call: Call) -> Reply:
    """A plan with selections stays."""
    if any(one["BackupPlanId"] == call.params["BackupPlanId"] for one in shelf(call, "selections").values()):
        message = "Related backup plan selections must be deleted prior to backup plan deletion"
        raise ApiError("InvalidRequestException", message)
    return call.forward()


def create_selection(call: Call) -> Reply:
    """Below a plan that exists."""
    plan, id_ = _plan(call), str(mock_random.uuid4())
    made = {"SelectionId": id_, "BackupPlanId": plan.backup_plan_id, "CreationDate": time.time()}
    shelf(call, "selections")[id_] = {**made, "BackupSelection": call.params["BackupSelection"]}
    return call.answer(made)


def _selection(call: Call) -> Any:
    return require(shelf(call, "selections"), call.params["SelectionId"], "ResourceNotFoundException", "selection")


def get_selection(call: Call) -> Reply:
    """As it was made."""
    return call.answer(_selection(call))


def list_selections(call: Call) -> Reply:
    """Those of a plan."""
    mine = [one for one in shelf(call, "selections").values() if one["BackupPlanId"] == call.params["BackupPlanId"]]
    named = [{**one, "SelectionName": one["BackupSelection"]["SelectionName"]} for one in mine]
    return call.answer({"BackupSelectionsList": named})


def delete_selection(call: Call) -> Reply:
    """Gone at once."""
    del shelf(call, "selections")[_selection(call)["SelectionId"]]
    return call.answer(None)


BEHAVIOURS: Behaviours = {
    ("backup", "CreateBackupPlan"): create_plan,
    ("backup", "UpdateBackupPlan"): update_plan,
    ("backup", "DeleteBackupPlan"): delete_plan,
    ("backup", "CreateBackupSelection"): create_selection,
    ("backup", "GetBackupSelection"): get_selection,
    ("backup", "ListBackupSelections"): list_selections,
    ("backup", "DeleteBackupSelection"): delete_selection,
}
