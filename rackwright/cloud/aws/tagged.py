"""Tags as a map, the way of the services with REST and JSON: one implementation for all whose things keep a dict."""

from __future__ import annotations

from collections.abc import Callable

from rackwright.cloud.aws.call import Behaviour, Behaviours, Call, Reply

TagsOf = Callable[[Call], dict[str, str]]
"""The tags of the thing that a call names by its ARN, to be changed in place; raises `ApiError` for an unknown one."""


def tagging(service: str, tags_of: TagsOf) -> Behaviours:
    """``TagResource`` and ``UntagResource`` of `service` (botocore's name)."""
    return {(service, "TagResource"): _tag(tags_of), (service, "UntagResource"): _untag(tags_of)}


def tag_listing(service: str, tags_of: TagsOf) -> Behaviours:
    """``ListTagsForResource`` of `service`."""

    def list_tags(call: Call) -> Reply:
        return call.answer({"tags": tags_of(call)})

    return {(service, "ListTagsForResource"): list_tags}


def _tag(tags_of: TagsOf) -> Behaviour:
    def tag(call: Call) -> Reply:
        tags_of(call).update(call.params.get("tags") or call.params.get("Tags") or {})
        return call.answer({})

    return tag


def _untag(tags_of: TagsOf) -> Behaviour:
    def untag(call: Call) -> Reply:
        for key in call.params.get("tagKeys") or call.params.get("TagKeys") or ():
            tags_of(call).pop(key, None)
        return call.answer({})

    return untag
