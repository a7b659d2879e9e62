"""KMS: the period of key rotation.

Source: AWS KMS API Reference, "EnableKeyRotation" and "GetKeyRotationStatus"
(docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html, 2026-11).
"""

from __future__ import annotations

import json

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply

SHORTEST_DAYS, USUAL_DAYS, LONGEST_DAYS = 90, 365, 2560


def enable_rotation(call: Call) -> Reply:
    """Remember the period."""
    days = call.params.get("RotationPeriodInDays", USUAL_DAYS)
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        message = f"RotationPeriodInDays {days} is not between {SHORTEST_DAYS} and {LONGEST_DAYS}"
        raise ApiError("ValidationException", message)
    reply = call.forward()
    if reply.ok:
        _periods(call)[call.state().get_key_id(call.params["KeyId"])] = days
    return reply


def _periods(call: Call) -> dict[str, int]:
    found: dict[str, int] = vars(call.state()).setdefault("rackwright_rotation_days", {})
    return found


def rotation_status(call: Call) -> Reply:
    """With the period, when rotation is on."""
    reply = call.forward()
    if not reply.ok:
        return reply
    found = json.loads(reply.body)
    if found.get("KeyRotationEnabled"):
        key = call.state().get_key_id(call.params["KeyId"])
        found["RotationPeriodInDays"] = _periods(call).get(key, USUAL_DAYS)
    return call.answer(found)


BEHAVIOURS: Behaviours = {
    ("kms", "EnableKeyRotation"): enable_rotation,
    ("kms", "GetKeyRotationStatus"): rotation_status,
}
