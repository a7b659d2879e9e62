"""Add-ons of Kubernetes on AWS, each with the role that its pods need."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.documents import bucket_use_policy
from infra.aws.kubernetes.eks_cluster import ControlPlane
from infra.aws.kubernetes.eks_documents import managed_policy, pod_trust
from infra.aws.storage.storage_side import data_bucket_arns
from rackwright.design.kubernetes_model import Addon, Kubernetes


class Addons(pulumi.ComponentResource):
    """Everything that EKS installs: network first, then what runs on nodes, once there are nodes.

    Source: Amazon EKS User Guide, "Attach an IAM role to an Amazon EKS add-on using Pod Identity".
    """

    def __init__(
        self, context: Context, wanted: Kubernetes, *, plane: ControlPlane, nodes: Sequence[pulumi.Resource]
    ) -> None:
        super().__init__("rackwright:aws:Addons", f"{context.prefix}-addons", None, context.child)
        self._context, self._plane = context.within(self), plane
        for addon in wanted.addons:
            self._declare(addon, nodes if addon.needs_nodes else [])
        self.register_outputs({})

    def _declare(self, addon: Addon, nodes: Sequence[pulumi.Resource]) -> None:
        name = f"{self._context.prefix}-{addon.name}"
        role = self._declare_role(name, addon) if addon.service_account else None
        aws.eks.Addon(
            name,
            cluster_name=self._plane.name,
            addon_name=addon.name,
            addon_version=addon.version,
            configuration_values=addon.configuration or None,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="PRESERVE",
            pod_identity_associations=[
                aws.eks.AddonPodIdentityAssociationArgs(service_account=addon.service_account or "", role_arn=role)
            ]
            if role is not None
            else None,
            tags=self._context.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(nodes)),
        )

    def _declare_role(self, name: str, addon: Addon) -> pulumi.Output[str]:
        context = self._context
        role = aws.iam.Role(
            name,
            name=name,
            description=f"{addon.name} of cluster {context.prefix}",
            assume_role_policy=context.account.render(lambda scope: pod_trust(scope, context.prefix)),
            tags=context.tags,
            opts=context.child,
        )
        return pulumi.Output.all(role.arn, self._declare_rights(name, addon, role).id).apply(lambda both: str(both[0]))

    def _declare_rights(self, name: str, addon: Addon, role: aws.iam.Role) -> pulumi.CustomResource:
        context = self._context
        if addon.managed_policy is not None:
            policy = addon.managed_policy
            arn = context.account.render(lambda scope: managed_policy(scope, policy))
            return aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=arn, opts=context.child)
        buckets = bucket_use_policy(data_bucket_arns(context.design, context.region))
        return aws.iam.RolePolicy(name, name="buckets", role=role.name, policy=buckets, opts=context.child)
