"""What cannot be deleted while something else needs it: DependencyViolation, as AWS gives it.

Source: AWS EC2 API Reference, "Error codes for the Amazon EC2 API" (DependencyViolation, InvalidIPAddress.InUse).
docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.services.transit_gateways import attached_subnets


def delete_subnet(call: Call) -> Reply:
    """A subnet with network interfaces, also of an attachment, stays."""
    subnet = call.params["SubnetId"]
    state = call.state()
    if subnet in attached_subnets(state) or any(eni.subnet.id == subnet for eni in state.enis.values()):
        raise _violation(f"The subnet '{subnet}' has dependencies and cannot be deleted.")
    return call.forward()


def delete_security_group(call: Call) -> Reply:
    """A group that an interface uses, or that a rule of another group names, stays."""
    group, state = call.params.get("GroupId"), call.state()
    if any(group == used for used in [*_groups_in_use(state), *_groups_in_rules(state, group)]):
        raise _violation(f"resource {group} has a dependent object")
    return call.forward()


def _groups_in_use(state: Any) -> Iterator[str]:
    for eni in state.enis.values():
        yield from (group.id for group in eni.group_set)


def _groups_in_rules(state: Any, but: str | None) -> Iterator[str]:
    for groups in state.groups.values():
        for group in groups.values():
            if group.id != but:
                yield from _sources(group)


def _sources(group: Any) -> Iterator[str]:
    for rule in [*group.ingress_rules, *group.egress_rules]:
        if (source := rule.source_group) and "GroupId" in source:
            yield source["GroupId"]


def delete_vpc(call: Call) -> Reply:
    """A VPC with a gateway, an endpoint or a security group of its own stays; moto looks at subnets and tables."""
    vpc, state = call.params["VpcId"], call.state()
    gateways = (gateway for gateway in state.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc)
    endpoints = (one for one in state.vpc_end_points.values() if one.vpc_id == vpc and one.state != "deleted")
    groups = (group for group in state.groups.get(vpc, {}).values() if group.name != "default")
    if any(True for found in (gateways, endpoints, groups) for _ in found):
        raise _violation(f"The vpc '{vpc}' has dependencies and cannot be deleted.")
    return call.forward()


def detach_internet_gateway(call: Call) -> Reply:
    """A gateway stays while something in its VPC has a public address."""
    vpc = call.params["VpcId"]
    if any(eni.subnet.vpc_id == vpc and eni.public_ip for eni in call.state().enis.values()):
        raise _violation(f"Network {vpc} has some mapped public address(es). Please unmap those first.")
    return call.forward()


def release_address(call: Call) -> Reply:
    """An address in use stays."""
    allocation = call.params.get("AllocationId")
    for address in call.state().addresses:
        if address.allocation_id == allocation and address.association_id:
            raise ApiError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
    return call.forward()


def _violation(message: str) -> ApiError:
    return ApiError("DependencyViolation", message)


BEHAVIOURS: Behaviours = {
    ("ec2", "DeleteSubnet"): delete_subnet,
    ("ec2", "DeleteSecurityGroup"): delete_security_group,
    ("ec2", "DeleteVpc"): delete_vpc,
    ("ec2", "DetachInternetGateway"): detach_internet_gateway,
    ("ec2", "ReleaseAddress"): release_address,
}
