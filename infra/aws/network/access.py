"""Who may talk to the nodes over IP, and what the nodes may reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

WEB_PORTS = {"https": 443, "http": 80}
"""What nodes reach outside: package archives, registries and AWS; plain HTTP carries signed packages only."""


class ClusterAccess(pulumi.ComponentResource):
    """Security group of every node: cluster traffic among members, ssh for administrators, packages from outside.

    Slurm's `srun` opens ports of the ephemeral range between any two nodes, hence all TCP and UDP among members.
    Secure shell comes from inside the VPC and from `admin_cidrs` alone; with none, Session Manager is the way in.
    Source: slurm.schedmd.com, "Slurm Network Configuration Guide".
    """

    group_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        vpc_id: pulumi.Input[str],
        vpc_cidr: str,
        admin_cidrs: Sequence[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:ClusterAccess", name, None, opts)
        self._prefix, self._child = name, pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-nodes",
            vpc_id=vpc_id,
            description="Nodes of the cluster",
            tags={**tags, "Name": f"{name}-nodes"},
            opts=self._child,
        )
        self.group_id = group.id
        self._admit_members()
        for index, cidr in enumerate((vpc_cidr, *admin_cidrs)):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-ssh-{index}",
                security_group_id=self.group_id,
                description="Secure shell",
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=22,
                to_port=22,
                opts=self._child,
            )
        self._allow_out(vpc_cidr)
        self.register_outputs({"group_id": self.group_id})

    def _admit_members(self) -> None:
        for protocol in ("tcp", "udp"):
            aws.vpc.SecurityGroupIngressRule(
                f"{self._prefix}-members-{protocol}",
                security_group_id=self.group_id,
                referenced_security_group_id=self.group_id,
                description="Scheduler, monitoring and jobs among the nodes",
                ip_protocol=protocol,
                from_port=0,
                to_port=65535,
                opts=self._child,
            )

    def _allow_out(self, vpc_cidr: str) -> None:
        aws.vpc.SecurityGroupEgressRule(
            f"{self._prefix}-out-vpc",
            security_group_id=self.group_id,
            description="Anything inside the VPC",
            cidr_ipv4=vpc_cidr,
            ip_protocol="-1",
            opts=self._child,
        )
        for label, port in WEB_PORTS.items():
            aws.vpc.SecurityGroupEgressRule(
                f"{self._prefix}-out-{label}",
                security_group_id=self.group_id,
                description=f"Packages and images over {label}",
                cidr_ipv4="0.0.0.0/0",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                opts=self._child,
            )
