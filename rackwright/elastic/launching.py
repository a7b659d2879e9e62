"""From a node's name to the parameters of RunInstances. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rackwright.elastic.settings import ElasticPool, address_of

_PLAIN = ("NetworkCardIndex", "DeviceIndex", "InterfaceType", "DeleteOnTermination", "Description", "Groups")
NODE_TAG = "rackwright:node"
"""Tag with the node's name on every instance that this program starts."""


def launch_params(
    pool: ElasticPool, node: str, subnet_id: str, interfaces: Sequence[Mapping[str, Any]], kind: str = ""
) -> dict[str, Any]:
    """Parameters that start exactly `node`: the template, with the node's own address on its first interface.

    `kind` is an instance type in place of the template's; empty takes that. `interfaces` are those of the template: a
    launch that names any replaces all of them, so all are named again.
    """
    found: dict[str, Any] = {
        "LaunchTemplate": {"LaunchTemplateName": pool.template, "Version": "$Default"},
        "MinCount": 1,
        "MaxCount": 1,
        "TagSpecification": [
            {"ResourceType": "instance", "Tag": [{"Key": "Name", "Value": node}, {"Key": NODE_TAG, "Value": node}]}
        ],
    }
    if kind:
        found["InstanceType"] = kind
    if pool.placement_group:
        found["Placement"] = {"GroupName": pool.placement_group}
    address = address_of(pool, node)
    if interfaces:
        found["NetworkInterface"] = [_interface(one, subnet_id, address) for one in interfaces]
    else:
        found |= {"SubnetId": subnet_id, "PrivateIpAddress": address}
    return found


def _interface(template: Mapping[str, Any], subnet_id: str, address: str) -> dict[str, Any]:
    found = {member: template[member] for member in _PLAIN if member in template}
    found["SecurityGroupId"] = found.pop("Groups", [])
    found["SubnetId"] = subnet_id
    if is_first(template):
        found["PrivateIpAddress"] = address
    return found


def is_first(interface: Mapping[str, Any]) -> bool:
    """Whether it is the interface that a node is known by."""
    return int(interface.get("NetworkCardIndex") or 0) == 0 and int(interface.get("DeviceIndex") or 0) == 0


def batches(items: Sequence[str], size: int) -> list[list[str]]:
    """`items` in lots of at most `size`, in order."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
