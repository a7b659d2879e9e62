"""Security Hub: its settings and the standards that it checks.

Source: AWS Security Hub API Reference, "UpdateSecurityHubConfiguration", "BatchEnableStandards" and
"GetEnabledStandards" (docs.aws.amazon.com/securityhub/1.0/APIReference, 2026-11).
"""

from __future__ import annotations

import json
from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf

DEFAULT_STANDARDS = (
    "standards/aws-foundational-security-best-practices/v/1.0.0",
    "standards/cis-aws-foundations-benchmark/v/1.2.0",
)


def _require(call: Call) -> None:
    if not call.state().enabled:
        raise ApiError("InvalidAccessException", "Account is not subscribed to AWS Security Hub", 401)


def enable(call: Call) -> Reply:
    """With its settings, and the default standards unless they are not wanted."""
    if call.state().enabled:
        raise ApiError("ResourceConflictException", "Account is already subscribed to Security Hub", 409)
    reply = call.forward()
    if reply.ok:
        generator = call.params.get("ControlFindingGenerator", "SECURITY_CONTROL")
        shelf(call, "hub").update(AutoEnableControls=True, ControlFindingGenerator=generator)
        if call.params.get("EnableDefaultStandards", True):
            for name in DEFAULT_STANDARDS:
                _subscribe(call, f"arn:aws:securityhub:{call.region}::{name}")
    return reply


def disable(call: Call) -> Reply:
    """Standards go with it."""
    reply = call.forward()
    if reply.ok:
        shelf(call, "standards").clear()
    return reply


def describe(call: Call) -> Reply:
    """With the settings as they are."""
    reply = call.forward()
    return call.answer({**json.loads(reply.body), **shelf(call, "hub")}) if reply.ok else reply


def update(call: Call) -> Reply:
    """Settings."""
    _require(call)
    shelf(call, "hub").update(call.params)
    return call.answer({})


def _subscribe(call: Call, standard: str) -> dict[str, Any]:
    arn = f"arn:aws:securityhub:{call.region}:{call.account}:subscription/{standard.partition('::standards/')[2]}"
    made = {
        "StandardsSubscriptionArn": arn,
        "StandardsArn": standard,
        "StandardsInput": {},
        "StandardsStatus": "READY",
    }
    shelf(call, "standards")[arn] = made
    return made


def enable_standards(call: Call) -> Reply:
    """Each of a list."""
    _require(call)
    wanted = [one["StandardsArn"] for one in call.params["StandardsSubscriptionRequests"]]
    return call.answer({"StandardsSubscriptions": [_subscribe(call, standard) for standard in wanted]})


def standards(call: Call) -> Reply:
    """All or some."""
    _require(call)
    chosen = call.params.get("StandardsSubscriptionArns")
    found = [one for arn, one in shelf(call, "standards").items() if not chosen or arn in chosen]
    return call.answer({"StandardsSubscriptions": found})


def disable_standards(call: Call) -> Reply:
    """Each of a list."""
    _require(call)
    gone = [shelf(call, "standards").pop(arn, None) for arn in call.params["StandardsSubscriptionArns"]]
    return call.answer({"StandardsSubscriptions": [{**one, "StandardsStatus": "DELETING"} for one in gone if one]})


BEHAVIOURS: Behaviours = {
    ("securityhub", "EnableSecurityHub"): enable,
    ("securityhub", "DisableSecurityHub"): disable,
    ("securityhub", "DescribeHub"): describe,
    ("securityhub", "UpdateSecurityHubConfiguration"): update,
    ("securityhub", "BatchEnableStandards"): enable_standards,
    ("securityhub", "GetEnabledStandards"): standards,
    ("securityhub", "BatchDisableStandards"): disable_standards,
}
