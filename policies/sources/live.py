"""Resources from a live account: what is there now, matched with what a state has recorded of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from policies.rule import Resource
from policies.subjects.account import ACCOUNT_WIDE, GONE, UNMANAGED
from policies.subjects.document import Document, resource_of, urn_of

STACK_TAG = "rackwright:stack"
"""Tag of everything that a stack makes."""
NAMES = ("id", "arn", "bucket", "keyId")
"""Properties that other resources point to."""

GENERAL = re.compile(r"|default|\d{12}|[a-z]{2}(-[a-z]+)+-\d")
"""Ids that say nothing: of an account, a region, a default."""
MADE_BY = "madeBy"
"""Property of what AWS made for another thing (an instance of a group): the id of that thing. Nobody records these."""
RECORDED = "recorded-"
"""How ids begin that a rehearsal made up, because its cloud does not have the type."""

Key = tuple[str, str]
"""Type and id."""


@dataclass(frozen=True, slots=True)
class LiveView:
    """A live account as the rules see it."""

    resources: tuple[Resource, ...]
    """What is in scope, as it is now; with the URN of the state where it is recorded."""
    unmanaged: tuple[Resource, ...]
    """What no state knows, in scope or not, as ``live:unmanaged``: properties ``type``, ``id``, ``claimed``."""
    gone: tuple[Resource, ...]
    """What the state records and the account does not have, as ``live:gone``."""


def live_view(
    documents: Iterable[Document],
    recorded: Sequence[Resource],
    *,
    stack: str,
    listed: frozenset[str],
    whole_region: bool = False,
) -> LiveView:
    """Match what was collected with the `recorded` resources of `stack`.

    In scope is what is recorded, what carries the stack's tag, and what points to either (a rule of a group, a setting
    of a bucket); with `whole_region` everything. What was not read is in scope, and unknown. `listed` are the types
    that were looked for: a recorded resource of another type is told as it is recorded, and is never gone.
    """
    known = {_key(one): one for one in recorded if one.props.get("id") and not _is_kept_in_state_alone(one)}
    found = [_matched(resource_of(document), known) for document in documents]
    unread = [one for one in found if "" in one.unread]
    about = [one for one in found if _is_about_all(one) and "" not in one.unread]
    read = [one for one in found if "" not in one.unread and not _is_about_all(one)]
    claimed = _claimed(read, stack, frozenset(known))
    there = {_key(one) for one in read}
    hidden = {one.type for one in unread}
    return LiveView(
        (
            *(one for one in read if whole_region or _key(one) in claimed or one.type in ACCOUNT_WIDE),
            *about,
            *unread,
            *(one for one in recorded if one.type not in listed or _is_kept_in_state_alone(one)),
        ),
        tuple(
            _noted(one, UNMANAGED, claimed=_key(one) in claimed)
            for one in read
            if _key(one) not in known and MADE_BY not in one.props
        ),
        tuple(_noted(one, GONE) for key, one in known.items() if key not in there and key[0] in listed - hidden),
    )


def _matched(resource: Resource, known: Mapping[Key, Resource]) -> Resource:
    """`resource` under the URN and with the links of the state, where it is recorded."""
    if "" in resource.unread or (mine := known.get(_key(resource))) is None:
        return resource
    return replace(mine, props=resource.props, unread=resource.unread)


def _key(resource: Resource) -> Key:
    return resource.type, str(resource.props.get("id"))


def _is_kept_in_state_alone(resource: Resource) -> bool:
    return str(resource.props.get("id", "")).startswith(RECORDED)


def _is_about_all(resource: Resource) -> bool:
    """Whether it is no thing of its own but what an account says of itself."""
    return resource.type.startswith("account:")


def _claimed(found: Sequence[Resource], stack: str, known: frozenset[Key]) -> set[Key]:
    """Keys of what is the stack's own: recorded, tagged, or pointing to one that is."""
    claimed = {_key(one) for one in found if _key(one) in known or _tags(one).get(STACK_TAG) == stack}
    names = {name for one in found if _key(one) in claimed for name in _names(one)}
    waiting = [one for one in found if _key(one) not in claimed]
    while joined := [one for one in waiting if names & _pointers(one)]:
        claimed |= {_key(one) for one in joined}
        names |= {name for one in joined for name in _names(one)}
        waiting = [one for one in waiting if _key(one) not in claimed]
    return claimed


def _tags(resource: Resource) -> Mapping[str, Any]:
    tags = resource.props.get("tags")
    return tags if isinstance(tags, Mapping) else {}


def _names(resource: Resource) -> set[str]:
    """What others call it; settings of the account are called like the account or the region, as all others' are."""
    names = (resource.props.get(name) for name in NAMES)
    return {name for name in names if isinstance(name, str) and not GENERAL.fullmatch(name)}


def _pointers(resource: Resource) -> set[str]:
    return {value for value in resource.props.values() if isinstance(value, str)}


def _noted(resource: Resource, kind: str, **more: bool) -> Resource:
    """What rules are told of a thing that only one side knows."""
    name = f"{resource.type}::{resource.name}"
    return Resource(urn_of(kind, name), kind, name, {"type": resource.type, "id": resource.props["id"], **more})
