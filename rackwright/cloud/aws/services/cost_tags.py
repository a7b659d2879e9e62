"""Cost Explorer: tags that bills are split by.

Source: AWS Billing and Cost Management API Reference, "UpdateCostAllocationTagsStatus" and "ListCostAllocationTags"
(docs.aws.amazon.com/aws-cost-management/latest/APIReference, 2026-11). AWS takes a tag only once it has seen it on
something, up to a day later; here it is seen at once.
"""

from __future__ import annotations

from rackwright.cloud.aws.call import Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf


def update(call: Call) -> Reply:
    """On or off."""
    for one in call.params["CostAllocationTagsStatus"]:
        shelf(call, "cost_tags")[one["TagKey"]] = one["Status"]
    return call.answer({"Errors": []})


def tags(call: Call) -> Reply:
    """All or some."""
    chosen = call.params.get("TagKeys")
    found = [
        {"TagKey": key, "Status": status, "Type": "UserDefined"}
        for key, status in shelf(call, "cost_tags").items()
        if not chosen or key in chosen
    ]
    return call.answer({"CostAllocationTags": found})


BEHAVIOURS: Behaviours = {("ce", "UpdateCostAllocationTagsStatus"): update, ("ce", "ListCostAllocationTags"): tags}
