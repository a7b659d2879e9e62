"""Budgets: what happens when one is exceeded.

Source: AWS Budgets API Reference, "CreateBudgetAction", "DescribeBudgetAction" and "DeleteBudget"
(docs.aws.amazon.com/aws-cost-management/latest/APIReference, 2026-11).
"""

from __future__ import annotations

from typing import Any

from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.services.budgets import remember_tags
from rackwright.cloud.aws.shelf import shelf, tag_map


def create(call: Call) -> Reply:
    """On a budget that exists."""
    asked, id_ = call.params, str(mock_random.uuid4())
    account, budget = asked["AccountId"], asked["BudgetName"]
    if budget not in call.state().budgets[account]:
        raise ApiError("NotFoundException", f"Unable to create action - the budget {budget} doesn't exist.")
    action = {name: value for name, value in asked.items() if name not in {"AccountId", "ResourceTags"}}
    shelf(call, "actions")[id_] = {**action, "ActionId": id_, "Status": "STANDBY"}
    remember_tags(call, f"arn:aws:budgets::{account}:budget/{budget}/action/{id_}", tag_map(asked.get("ResourceTags")))
    return call.answer({"AccountId": account, "BudgetName": budget, "ActionId": id_})


def _action(call: Call) -> dict[str, Any]:
    id_, actions = call.params["ActionId"], shelf(call, "actions")
    if id_ not in actions or actions[id_]["BudgetName"] != call.params["BudgetName"]:
        raise ApiError("NotFoundException", f"Unable to find action {id_}")
    found: dict[str, Any] = actions[id_]
    return found


def _told(call: Call, action: dict[str, Any]) -> dict[str, Any]:
    return {"AccountId": call.params["AccountId"], "BudgetName": action["BudgetName"], "Action": action}


def describe(call: Call) -> Reply:
    """As it is."""
    return call.answer(_told(call, _action(call)))


def of_budget(call: Call) -> Reply:
    """All of a budget."""
    name = call.params["BudgetName"]
    return call.answer({"Actions": [one for one in shelf(call, "actions").values() if one["BudgetName"] == name]})


def update(call: Call) -> Reply:
    """What is named changes."""
    action = _action(call)
    before = dict(action)
    action.update({name: value for name, value in call.params.items() if name != "AccountId"})
    told = {"AccountId": call.params["AccountId"], "BudgetName": action["BudgetName"]}
    return call.answer({**told, "OldAction": before, "NewAction": action})


def delete(call: Call) -> Reply:
    """What it has applied already stays applied."""
    action = _action(call)
    del shelf(call, "actions")[action["ActionId"]]
    return call.answer(_told(call, action))


BEHAVIOURS: Behaviours = {
    ("budgets", "CreateBudgetAction"): create,
    ("budgets", "DescribeBudgetAction"): describe,
    ("budgets", "DescribeBudgetActionsForBudget"): of_budget,
    ("budgets", "UpdateBudgetAction"): update,
    ("budgets", "DeleteBudgetAction"): delete,
}
