"""IAM: managed policies appear when one is asked for, and other services hear of a new profile a little later.

moto would load AWS's managed policies all at once (24 MB of state). How long a profile is unheard of follows the fault
plan's `time_scale`; without one everything is known at once.
Source: AWS IAM User Guide, "Troubleshoot IAM: Changes that I make are not always immediately visible"
(docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html, 2026-11).
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from rackwright.cloud.aws.call import Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import Kind, begin, state_of

PROPAGATION = Kind("unheard", "known", "unheard", create_s=15)
"""What another service sees of a new profile; seconds are ours, from use."""

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


def change_profile(call: Call) -> Reply:
    """A profile that is made, or that gets a role, is unheard of for a while."""
    reply = call.forward()
    name = call.params["InstanceProfileName"]
    for profile in call.state().instance_profiles.values():
        if reply.ok and profile.name == name:
            begin(profile, PROPAGATION)
    return reply


def is_heard_of(profile: Any) -> bool:
    """Whether other services know the profile already."""
    return state_of(profile, PROPAGATION) == PROPAGATION.ready


_ACTIONS = ("AttachRolePolicy", "GetPolicy", "GetPolicyVersion", "AttachUserPolicy", "AttachGroupPolicy")
BEHAVIOURS: Behaviours = {
    **{("iam", action): with_managed_policy for action in _ACTIONS},
    ("iam", "CreateInstanceProfile"): change_profile,
    ("iam", "AddRoleToInstanceProfile"): change_profile,
}
