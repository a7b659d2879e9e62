"""IAM Identity Center: tags of permission sets, and changes of the identity store's groups.

Sources: IAM Identity Center API Reference, "TagResource"; Identity Store API Reference, "UpdateGroup"
(docs.aws.amazon.com/singlesignon/latest, 2026-11).
"""

from __future__ import annotations

from typing import Any

from rackwright.cloud.aws.call import Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import require, tag_list, tag_map


def _set(call: Call) -> Any:
    by_arn = {one.permission_set_arn: one for one in call.state().permission_sets}
    return require(by_arn, call.params["ResourceArn"], "ResourceNotFoundException", "permission set")


def list_tags(call: Call) -> Reply:
    """Of one permission set."""
    return call.answer({"Tags": _set(call).tags or []})


def tag(call: Call) -> Reply:
    """Add tags."""
    found = _set(call)
    found.tags = tag_list({**tag_map(found.tags), **tag_map(call.params["Tags"])})
    return call.answer({})


def untag(call: Call) -> Reply:
    """Remove tags."""
    found = _set(call)
    found.tags = [one for one in found.tags or [] if one["Key"] not in call.params["TagKeys"]]
    return call.answer({})


_ATTRIBUTES = {"displayName": "DisplayName", "description": "Description"}


def update_group(call: Call) -> Reply:
    """Attributes by their paths."""
    store = call.state().identity_stores[call.params["IdentityStoreId"]]
    group = require(store.groups, call.params["GroupId"], "ResourceNotFoundException", "group")
    changes = {_ATTRIBUTES[one["AttributePath"]]: one.get("AttributeValue") for one in call.params["Operations"]}
    store.groups[call.params["GroupId"]] = group._replace(**changes)
    return call.answer({})


BEHAVIOURS: Behaviours = {
    ("ssoadmin", "ListTagsForResource"): list_tags,
    ("ssoadmin", "TagResource"): tag,
    ("ssoadmin", "UntagResource"): untag,
    ("identitystore", "UpdateGroup"): update_group,
}
