"""What the controller may do to start and stop nodes: nothing but that, and only from the controller itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from infra.aws.documents import Scope, Statement, as_text
from rackwright.design.model import Pool

MADE = ("instance", "volume", "network-interface")
"""What a launch makes, and tags with what the launch template says."""
ENTERED = ("subnet", "security-group", "placement-group")
"""What a launch goes into; all of them are the cluster's own."""
BROUGHT = ("key-pair", "capacity-reservation")
"""What a launch template names beside these; an image has no owner's tag and is named apart."""


def named_arns(scope: Scope, pools: Iterable[Pool]) -> list[str]:
    """Groups of somebody else that `pools` name: security groups, placement groups, groups of reservations."""
    found: dict[str, None] = {}
    for pool in pools:
        names = [f"security-group/{id_}" for id_ in pool.security_groups]
        names += [f"placement-group/{pool.placement_group}"] if pool.placement_group else []
        group = pool.capacity.reservation_group
        found |= dict.fromkeys([*(scope.arn("ec2", name) for name in names), *([group] if group else [])])
    return list(found)


def power_policy(scope: Scope, stack: str, controllers: Sequence[str], role_arn: str, named: Sequence[str] = ()) -> str:
    """Start instances from the templates of `stack`, and stop those that were started so.

    `named` are things of somebody else that its pools name (`named_arns`): they carry no tag of the stack.
    All nodes share one role; the condition on the instance that asks lets only `controllers` (ARNs) use this policy.
    Sources: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2"; Amazon EC2 User
    Guide, "Example policies to control access" (launch templates) and "ec2:SourceInstanceARN".
    """
    from_here: dict[str, JsonValue] = {"ArnEquals": {"ec2:SourceInstanceARN": list(controllers)}}
    own: JsonValue = {"aws:ResourceTag/rackwright:stack": stack}
    new: JsonValue = {"aws:RequestTag/rackwright:stack": stack}
    known: JsonValue = {"Bool": {"ec2:IsLaunchTemplateResource": "true"}}
    image = f"arn:{scope.partition}:ec2:{scope.region}::image/*"

    def may(sid: str, actions: JsonValue, resources: JsonValue, condition: dict[str, JsonValue]) -> Statement:
        both: JsonValue = {**from_here, **condition}
        return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources, "Condition": both}

    def arns(kinds: Sequence[str]) -> JsonValue:
        return [scope.arn("ec2", f"{kind}/*") for kind in kinds]

    looks: list[JsonValue] = ["ec2:DescribeInstances", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeSubnets"]
    run = "ec2:RunInstances"
    brought = [image, *(scope.arn("ec2", f"{kind}/*") for kind in BROUGHT)]
    stoppable: JsonValue = {"StringEquals": own, "Null": {"aws:ResourceTag/rackwright:node": "false"}}
    passed: JsonValue = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    tagging: JsonValue = {"StringEquals": {"ec2:CreateAction": "RunInstances"}}
    others = [may("LaunchIntoNamedGroups", run, list(named), {})] if named else []
    return as_text(
        [
            *others,
            may("Look", looks, "*", {}),
            may("LaunchFromOwnTemplates", run, scope.arn("ec2", "launch-template/*"), {"StringEquals": own}),
            may("LaunchIntoOwnNetwork", run, arns(ENTERED), {"StringEquals": own}),
            may("LaunchWhatIsTagged", run, arns(MADE), {"StringEquals": new}),
            may("LaunchWithWhatTheTemplateNames", run, list(brought), _condition(known)),
            may("TagWhatIsLaunched", "ec2:CreateTags", arns(MADE), _condition(tagging)),
            may("StopWhatWasLaunched", "ec2:TerminateInstances", arns(("instance",)), _condition(stoppable)),
            may("HandOverTheNodesRole", "iam:PassRole", role_arn, _condition(passed)),
        ]
    )


def _condition(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
