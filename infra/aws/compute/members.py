"""Which instances a pool has right now: asked of the cloud after the group exists."""

from __future__ import annotations

from ipaddress import IPv4Address

import pulumi
import pulumi_aws as aws

Members = pulumi.Output[list[tuple[str, str]]]
"""Instance id and private address of each node of a pool."""


def find_members(pool: str, stack: str, group: pulumi.Resource, provider: pulumi.ProviderResource) -> Members:
    """(id, private address) of each running instance of a pool, by address; unknown until `group` exists."""
    found = aws.ec2.get_instances_output(
        instance_tags={"rackwright:stack": stack, "rackwright:pool": pool},
        instance_state_names=["pending", "running"],
        opts=pulumi.InvokeOutputOptions(provider=provider, depends_on=[group]),
    )
    return pulumi.Output.all(found.ids, found.private_ips).apply(
        lambda both: sorted(zip(both[0], both[1], strict=True), key=lambda node: IPv4Address(node[1]))
    )
