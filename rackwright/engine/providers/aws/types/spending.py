"""Money: what happens above a budget, and tags that bills are split by."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted, pick
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Tagging


class BudgetAction(Declared):
    """What AWS does when a budget is exceeded. Its id is ``account:action:budget``, as in pulumi-aws."""

    type_ = "aws:budgets/budgetAction:BudgetAction"
    service = "budgets"
    replaces = frozenset({"accountId", "actionType", "budgetName"})
    computed = ("accountId", "actionId", "arn", "status", "tagsAll")
    calls = Calls("CreateBudgetAction", "DescribeBudgetAction", "DeleteBudgetAction", "UpdateBudgetAction")
    keys = ("AccountId", "ActionId", "BudgetName")
    separator = ":"
    found = "Action"
    names = fixed({"SubscriptionType": "subscriptionType"})
    tagging = Tagging(
        "ResourceTags", where="ResourceARN", added="ResourceTags", removed="ResourceTagKeys", found="ResourceTags"
    )

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """Definitions are named shorter in the API than in pulumi-aws."""
        params = super().params(cloud, operation, wanted)
        params["AccountId"] = wanted.get("accountId", cloud.account)
        iam = (wanted.get("definition") or {}).get("iamActionDefinition")
        if iam:
            members = {"PolicyArn": "policyArn", "Roles": "roles", "Groups": "groups", "Users": "users"}
            given = {member: iam.get(prop) for member, prop in members.items() if iam.get(prop)}
            params["Definition"] = {"IamActionDefinition": given}
        return params

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """The id names account and budget too."""
        params = self.params(cloud, self.calls.create, wanted)
        tags = Tagging().sent(dict(wanted.get("tags", {})))
        answer = cloud.call("budgets", self.calls.create, **{**params, "ResourceTags": tags or None})
        return f"{answer['AccountId']}:{answer['ActionId']}:{answer['BudgetName']}"

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Its account and ARN."""
        account, action, budget = id_.split(":")
        arn = f"arn:{cloud.partition}:budgets::{account}:budget/{budget}/action/{action}"
        return {"accountId": account, "arn": arn, "definition": from_api(item.get("Definition") or {})}

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By kind and threshold among those of the budget."""
        account, budget = wanted.get("accountId", cloud.account), wanted.get("budgetName")
        answer = cloud.find("budgets", "DescribeBudgetActionsForBudget", AccountId=account, BudgetName=budget) or {}
        wished = float((wanted.get("actionThreshold") or {}).get("actionThresholdValue", 0))
        mine = f"ActionType=='{wanted.get('actionType')}' && ActionThreshold.ActionThresholdValue==`{wished}`"
        found = pick(f"Actions[?{mine}].ActionId | [0]", answer)
        return f"{account}:{found}:{budget}" if found else None


class CostAllocationTag(Declared):
    """A tag that bills are split by. It can be activated once AWS has seen it, and is switched off when deleted."""

    type_ = "aws:costexplorer/costAllocationTag:CostAllocationTag"
    service = "ce"
    replaces = frozenset({"tagKey"})
    computed = ("type",)
    calls = Calls("UpdateCostAllocationTagsStatus", "ListCostAllocationTags", "UpdateCostAllocationTagsStatus")
    keys = ("TagKey",)
    id_from = ("tagKey",)
    listed = "TagKeys"
    found = "CostAllocationTags[0]"
    puts = True

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """A list of one."""
        del cloud, operation
        return {"CostAllocationTagsStatus": [{"TagKey": wanted.get("tagKey"), "Status": wanted.get("status")}]}

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """A tag that is off is none."""
        found = super().read(cloud, id_, known)
        return None if found and found["status"] == "Inactive" != known.get("status", "Active") else found

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Switch it off."""
        cloud.call("ce", self.calls.delete, CostAllocationTagsStatus=[{"TagKey": id_, "Status": "Inactive"}])
