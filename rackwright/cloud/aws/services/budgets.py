"""Budgets: update, subscribers and tags.

Source: AWS Budgets API Reference, "UpdateBudget", "DescribeSubscribersForNotification" and "TagResource"
(docs.aws.amazon.com/aws-cost-management/latest/APIReference, 2026-11).
"""

from __future__ import annotations

from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import tag_map


def _budget(call: Call, name: str) -> Any:
    budgets = call.state().budgets[call.params["AccountId"]]
    if name not in budgets:
        raise ApiError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
    return budgets[name]


def _tags(call: Call) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = vars(call.state()).setdefault("rackwright_tags", {})
    return found


def remember_tags(call: Call, arn: str, tags: dict[str, str]) -> None:
    """Tags of a budget or of one of its actions."""
    _tags(call)[arn] = tags


def create(call: Call) -> Reply:
    """Remember the tags."""
    reply = call.forward()
    if reply.ok:
        arn = f"arn:aws:budgets::{call.params['AccountId']}:budget/{call.params['Budget']['BudgetName']}"
        remember_tags(call, arn, tag_map(call.params.get("ResourceTags")))
    return reply


def delete(call: Call) -> Reply:
    """Tags go with it."""
    _tags(call).pop(f"arn:aws:budgets::{call.params['AccountId']}:budget/{call.params['BudgetName']}", None)
    return call.forward()


def update(call: Call) -> Reply:
    """Replace the budget; notifications stay."""
    new = call.params["NewBudget"]
    stored = _budget(call, new["BudgetName"]).budget
    stored.update(new)
    return call.answer({})


def subscribers(call: Call) -> Reply:
    """Who hears of a notification."""
    asked = call.params["Notification"]
    for notification in _budget(call, call.params["BudgetName"]).notifications:
        details = notification.details
        if all(details.get(key) == value for key, value in asked.items() if key != "NotificationState"):
            return call.answer({"Subscribers": notification.subscribers})
    raise ApiError("NotFoundException", "Unable to get subscribers - the notification doesn't exist.")


def list_tags(call: Call) -> Reply:
    """Tags of a budget."""
    tags = _tags(call).get(call.params["ResourceARN"], {})
    return call.answer({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def tag(call: Call) -> Reply:
    """Add tags."""
    new = {one["Key"]: one["Value"] for one in call.params["ResourceTags"]}
    _tags(call).setdefault(call.params["ResourceARN"], {}).update(new)
    return call.answer({})


def untag(call: Call) -> Reply:
    """Remove tags."""
    for key in call.params["ResourceTagKeys"]:
        _tags(call).get(call.params["ResourceARN"], {}).pop(key, None)
    return call.answer({})


BEHAVIOURS: Behaviours = {
    ("budgets", "CreateBudget"): create,
    ("budgets", "DeleteBudget"): delete,
    ("budgets", "UpdateBudget"): update,
    ("budgets", "DescribeSubscribersForNotification"): subscribers,
    ("budgets", "ListTagsForResource"): list_tags,
    ("budgets", "TagResource"): tag,
    ("budgets", "UntagResource"): untag,
}
