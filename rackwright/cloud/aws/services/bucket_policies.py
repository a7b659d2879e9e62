"""Bucket policies with conditions: moto takes a condition that it cannot judge for a refusal of everybody.

Statements without a condition hold as moto judges them. Those with one are left out: the usual one asks for TLS, and
what comes over loopback or the machines' bridge stands for it; a rehearsal does not judge any other.
Source: Amazon S3 User Guide, "Examples of Amazon S3 bucket policies", and "How Amazon S3 authorizes a request".
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def get_permission(self: Any, action: str, resource: str) -> PermissionResult:
    """What the bucket's policy says of `action`, conditional statements left out."""
    if self.policy is None:
        return PermissionResult.NEUTRAL
    document = json.loads(self.policy.decode())
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    plain = [one for one in statements if not one.get("Condition")]
    return IAMPolicy(json.dumps({**document, "Statement": plain})).is_action_permitted(action, resource)


def install() -> None:
    """Every bucket is judged so."""
    type.__setattr__(FakeBucket, "get_permission", get_permission)
