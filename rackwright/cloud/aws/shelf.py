"""Where a behaviour keeps what moto has no place for: plain values inside moto's backends, saved with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Call

Thing = dict[str, Any]
"""One thing, with the API's names of its members."""
T = TypeVar("T")


def shelf(call: Call, kind: str, service: str | None = None) -> dict[str, Any]:
    """Things of one kind in the account and region of `call`, by id; kept in the backend of `service`."""
    found: dict[str, Any] = vars(call.state(service)).setdefault(f"rackwright_{kind}", {})
    return found


def require(things: Mapping[str, T], key: Any, code: str, noun: str) -> T:
    """The thing `key`; raises `ApiError` with `code` when there is none."""
    if key not in things:
        raise ApiError(code, f"The {noun} '{key}' does not exist")
    return things[key]


def given(asked: Mapping[str, Any], *names: str) -> Thing:
    """Those members of `asked` that are there."""
    return {name: asked[name] for name in names if name in asked}


def new_id(prefix: str) -> str:
    """An id as EC2's are: the prefix and seventeen hex digits; the same in a replay."""
    return f"{prefix}{mock_random.get_random_hex(17)}"


def tags_on(call: Call) -> dict[str, dict[str, str]]:
    """Tags by ARN, for services whose tags moto does not keep."""
    return shelf(call, "tags_by_arn")


def tag_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """A list of keys and values as a map."""
    return {tag["Key"]: tag.get("Value", "") for tag in tags or []}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """A map of tags in the API's list form."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
