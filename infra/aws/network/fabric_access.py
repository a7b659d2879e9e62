"""Who may use the GPU fabric."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws


class FabricAccess(pulumi.ComponentResource):
    """Security group that lets cluster nodes, and only them, reach one another over EFA.

    EFA traffic bypasses the kernel's IP stack but is still admitted by security group, and needs an all-protocol rule
    from the group to itself both ways. Nothing else is ever put on this group.
    Source: AWS EC2 User Guide, "Get started with EFA and MPI", step 1.
    """

    group_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        vpc_id: pulumi.Input[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:FabricAccess", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-fabric",
            vpc_id=vpc_id,
            description="GPU fabric (EFA)",
            tags={**tags, "Name": f"{name}-fabric", "rackwright:fabric": "efa"},
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-fabric-in",
            security_group_id=group.id,
            referenced_security_group_id=group.id,
            ip_protocol="-1",
            description="EFA between nodes of the cluster",
            opts=child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-fabric-out",
            security_group_id=group.id,
            referenced_security_group_id=group.id,
            ip_protocol="-1",
            description="EFA between nodes of the cluster",
            opts=child,
        )
        self.group_id = group.id
        self.register_outputs({"group_id": self.group_id})
