"""GuardDuty: one detector in a region, features one by one, tags.

Source: Amazon GuardDuty API Reference, "CreateDetector", "UpdateDetector" and "TagResource"
(docs.aws.amazon.com/guardduty/latest/APIReference, 2026-11).
"""

from __future__ import annotations

from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.tagged import tagging


def create(call: Call) -> Reply:
    """At most one."""
    if call.state().detectors:
        message = "The request is rejected because a detector already exists for the current account."
        raise ApiError("BadRequestException", message)
    return call.forward()


def update(call: Call) -> Reply:
    """A feature that is not named stays as it is; moto would drop it."""
    detector = call.state().detectors.get(call.params["DetectorId"])
    before = list(detector.features) if detector is not None else []
    reply = call.forward()
    if reply.ok and detector is not None and (fresh := call.params.get("Features")):
        by_name = {feature["name"]: feature for feature in [*before, *(_lower(one) for one in fresh)]}
        detector.features = list(by_name.values())
    return reply


def _lower(value: Any) -> Any:
    """Members as the wire has them."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _lower(item) for key, item in value.items()}
    return [_lower(item) for item in value] if isinstance(value, list) else value


def _tags(call: Call) -> dict[str, str]:
    id_ = call.params["ResourceArn"].rpartition("/")[2]
    if id_ not in call.state().detectors:
        raise ApiError("BadRequestException", "The request is rejected because the resource was not found.")
    found: dict[str, str] = call.state().detectors[id_].tags
    return found


BEHAVIOURS: Behaviours = {
    **tagging("guardduty", _tags),
    ("guardduty", "CreateDetector"): create,
    ("guardduty", "UpdateDetector"): update,
}
