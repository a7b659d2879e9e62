"""EC2: what a region does by default about metadata, public images and public snapshots.

Sources: Amazon EC2 API Reference, "ModifyInstanceMetadataDefaults", "EnableImageBlockPublicAccess" and
"EnableSnapshotBlockPublicAccess" (docs.aws.amazon.com/AWSEC2/latest/APIReference, 2026-11).
"""

from __future__ import annotations

from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviour, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf

NO_PREFERENCE = {"HttpTokens", "HttpEndpoint", "InstanceMetadataTags"}
MOST_HOPS = 64


def _kept(call: Call) -> dict[str, Any]:
    return shelf(call, "account_defaults")


def modify_metadata(call: Call) -> Reply:
    """What is asked for stays until `no-preference` (or -1) takes it back."""
    hops = call.params.get("HttpPutResponseHopLimit")
    if hops is not None and hops != -1 and not 1 <= hops <= MOST_HOPS:
        raise ApiError("InvalidParameterValue", f"HttpPutResponseHopLimit {hops} is not -1 or 1 to {MOST_HOPS}")
    level: dict[str, Any] = dict(_kept(call).get("metadata", {}))
    for name in (*NO_PREFERENCE, "HttpPutResponseHopLimit"):
        value = call.params.get(name)
        if value in {"no-preference", -1}:
            level.pop(name, None)
        elif value is not None:
            level[name] = value
    _kept(call)["metadata"] = level
    return call.answer({"Return": True})


def metadata(call: Call) -> Reply:
    """The defaults; empty where nobody set any."""
    return call.answer({"AccountLevel": _kept(call).get("metadata", {})})


def _block(name: str, member: str, usual: str) -> tuple[Behaviour, Behaviour, Behaviour]:
    """On, off and state of a block on public access."""

    def on(call: Call) -> Reply:
        _kept(call)[name] = call.params.get(member, usual)
        return call.answer({member: _kept(call)[name]})

    def off(call: Call) -> Reply:
        _kept(call)[name] = "unblocked"
        return call.answer({member: "unblocked"})

    def state(call: Call) -> Reply:
        return call.answer({member: _kept(call).get(name, "unblocked"), "ManagedBy": "account"})

    return on, off, state


_IMAGES = _block("images", "ImageBlockPublicAccessState", "block-new-sharing")
_SNAPSHOTS = _block("snapshots", "State", "block-all-sharing")

BEHAVIOURS: Behaviours = {
    ("ec2", "ModifyInstanceMetadataDefaults"): modify_metadata,
    ("ec2", "GetInstanceMetadataDefaults"): metadata,
    ("ec2", "EnableImageBlockPublicAccess"): _IMAGES[0],
    ("ec2", "DisableImageBlockPublicAccess"): _IMAGES[1],
    ("ec2", "GetImageBlockPublicAccessState"): _IMAGES[2],
    ("ec2", "EnableSnapshotBlockPublicAccess"): _SNAPSHOTS[0],
    ("ec2", "DisableSnapshotBlockPublicAccess"): _SNAPSHOTS[1],
    ("ec2", "GetSnapshotBlockPublicAccessState"): _SNAPSHOTS[2],
}
