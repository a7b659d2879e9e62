"""What lets Slurm's controller start and stop the nodes of elastic pools."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.compute.power_documents import named_arns, power_policy
from infra.aws.context import Context
from infra.aws.documents import Scope
from infra.aws.security.identity import NodeIdentity
from rackwright.design.model import Pool


class SlurmPower(pulumi.ComponentResource):
    """Addresses that AWS gives to nobody else, and the controller's right to launch and terminate.

    Source: AWS VPC User Guide, "Subnet CIDR reservations".
    """

    def __init__(
        self,
        context: Context,
        *,
        pools: Sequence[Pool],
        subnet_ids: dict[str, pulumi.Output[str]],
        identity: NodeIdentity,
        controller_ids: Sequence[pulumi.Output[str]],
    ) -> None:
        name = f"{context.prefix}-power"
        super().__init__("rackwright:aws:SlurmPower", name, None, context.child)
        child = pulumi.ResourceOptions(parent=self)
        for pool in pools:
            aws.ec2.SubnetCidrReservation(
                f"{name}-{pool.name}",
                subnet_id=subnet_ids[pool.subnet],
                cidr_block=str(pool.elastic_cidr),
                reservation_type="explicit",
                description=f"Nodes of {pool.name} that Slurm starts",
                opts=child,
            )
        asked = pulumi.Output.all(context.account.scope, identity.role_name, *controller_ids)
        aws.iam.RolePolicy(
            name,
            name="slurm-power",
            role=identity.role_name,
            policy=asked.apply(lambda found: _document(found[0], context.prefix, pools, found[1], found[2:])),
            opts=child,
        )
        self.register_outputs({})


def _document(scope: Scope, stack: str, pools: Sequence[Pool], role: str, controllers: Sequence[str]) -> str:
    arns = [scope.arn("ec2", f"instance/{id_}") for id_ in controllers]
    role_arn = f"arn:{scope.partition}:iam::{scope.account}:role/{role}"
    return power_policy(scope, stack, arns, role_arn, named_arns(scope, pools))
