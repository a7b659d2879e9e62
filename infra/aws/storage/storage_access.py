"""Who may reach a file system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws


class StorageAccess(pulumi.ComponentResource):
    """Security group of a file system: the nodes reach its ports, and (`mutual`) its servers reach one another."""

    group_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        vpc_id: pulumi.Input[str],
        clients: pulumi.Input[str],
        ports: Sequence[tuple[int, int]],
        mutual: bool,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:StorageAccess", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-storage",
            vpc_id=vpc_id,
            description=f"File system {name}",
            tags={**tags, "Name": f"{name}-storage"},
            opts=child,
        )
        sources: dict[str, pulumi.Input[str]] = {"nodes": clients, **({"servers": group.id} if mutual else {})}
        for label, source in sources.items():
            for first, last in ports:
                aws.vpc.SecurityGroupIngressRule(
                    f"{name}-{label}-{first}",
                    security_group_id=group.id,
                    referenced_security_group_id=source,
                    description=f"File system traffic from its {label}",
                    ip_protocol="tcp",
                    from_port=first,
                    to_port=last,
                    opts=child,
                )
        if mutual:
            for first, last in ports:
                aws.vpc.SecurityGroupEgressRule(
                    f"{name}-servers-{first}",
                    security_group_id=group.id,
                    referenced_security_group_id=group.id,
                    description="File system traffic among its servers",
                    ip_protocol="tcp",
                    from_port=first,
                    to_port=last,
                    opts=child,
                )
        self.group_id = group.id
        self.register_outputs({"group_id": self.group_id})
