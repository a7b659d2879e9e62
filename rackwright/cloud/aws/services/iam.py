"""IAM: AWS's managed policies, which moto would load all at once (24 MB of state), appear when one is asked for."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from rackwright.cloud.aws.call import Behaviours, Call, Reply

PREFIX = "arn:aws:iam::aws:policy/"


@cache
def _managed() -> dict[str, tuple[str, dict[str, Any]]]:
    """Name and content by ARN."""
    everything: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return {f"arn:aws:iam::aws:policy{data.get('Path', '/')}{name}": (name, data) for name, data in everything.items()}


def with_managed_policy(call: Call) -> Reply:
    """Add the policy that the call names, then let moto answer."""
    arn, state = call.params.get("PolicyArn", ""), call.state()
    if arn.startswith(PREFIX) and arn not in state.managed_policies and arn in _managed():
        name, data = _managed()[arn]
        state.managed_policies[arn] = AWSManagedPolicy.from_data(name, call.account, "us-east-1", data)
    return call.forward()


_ACTIONS = ("AttachRolePolicy", "GetPolicy", "GetPolicyVersion", "AttachUserPolicy", "AttachGroupPolicy")
BEHAVIOURS: Behaviours = {("iam", action): with_managed_policy for action in _ACTIONS}
