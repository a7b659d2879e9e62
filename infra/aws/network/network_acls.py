"""Network ACLs of the tiers, as designed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from rackwright.design.acls import Acl, AclRule, acls_of
from rackwright.design.model import Network


class NetworkAcls(pulumi.ComponentResource):
    """One ACL for each tier; a subnet without one would have the VPC's own, which lets everything pass.

    Source: AWS VPC User Guide, "Control subnet traffic with network access control lists".
    """

    def __init__(
        self,
        name: str,
        *,
        design: Network,
        vpc_id: pulumi.Input[str],
        subnet_ids: Mapping[str, pulumi.Input[str]],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:NetworkAcls", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        for acl in acls_of(design):
            aws.ec2.NetworkAcl(
                f"{name}-{acl.tier}",
                vpc_id=vpc_id,
                subnet_ids=[subnet_ids[subnet] for subnet in acl.subnets],
                ingress=_ingress(acl),
                egress=_egress(acl),
                tags={**tags, "Name": f"{name}-{acl.tier}", "rackwright:tier": acl.tier},
                opts=child,
            )
        self.register_outputs({})


def _ingress(acl: Acl) -> list[aws.ec2.NetworkAclIngressArgs]:
    return [aws.ec2.NetworkAclIngressArgs(**_members(rule)) for rule in acl.ingress]


def _egress(acl: Acl) -> list[aws.ec2.NetworkAclEgressArgs]:
    return [aws.ec2.NetworkAclEgressArgs(**_members(rule)) for rule in acl.egress]


def _members(rule: AclRule) -> dict[str, Any]:
    return {
        "rule_no": rule.number,
        "action": "allow",
        "protocol": rule.protocol,
        "cidr_block": rule.cidr,
        "from_port": rule.first_port,
        "to_port": rule.last_port,
    }
