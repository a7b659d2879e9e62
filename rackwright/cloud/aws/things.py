"""Things of services that moto lacks: made, looked up and tagged the same way everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Call
from rackwright.cloud.aws.shelf import shelf

Thing = dict[str, Any]
"""A thing in the API's own members."""


def tags_on(call: Call) -> dict[str, dict[str, str]]:
    """Tags of things by ARN, for services that tag by ARN."""
    return shelf(call, "tags")


def new_id(prefix: str, digits: int = 17) -> str:
    """An id as AWS makes them: ``rslvr-frg-0123456789abcdef0``."""
    return f"{prefix}{mock_random.get_random_hex(digits)}"


def require(things: Mapping[str, Any], id_: str | None, code: str, what: str) -> Any:
    """The thing `id_`. Raises `ApiError` with `code` when there is none."""
    if id_ is None or id_ not in things:
        raise ApiError(code, f"The {what} '{id_}' does not exist.")
    return things[id_]


def given(asked: Mapping[str, Any], *members: str) -> Thing:
    """Those of `members` that were asked for."""
    return {member: asked[member] for member in members if asked.get(member) is not None}
