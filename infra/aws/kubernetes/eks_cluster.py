"""The control plane of Kubernetes on AWS."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context, Keys
from infra.aws.documents import trust
from infra.aws.kubernetes.eks_documents import managed_policy
from infra.aws.security.audit_trail import log_retention
from infra.aws.security.encryption import Encryption
from rackwright.design.kubernetes_model import Kubernetes

API_PORT = 443


class ControlPlane(pulumi.ComponentResource):
    """EKS cluster with a private endpoint, a key of its own for secrets, and its calls on record.

    People come in by access entries alone: who creates it gets no rights by that. The add-ons are declared one by one,
    so none is installed by itself.
    Source: Amazon EKS User Guide, "Best practices for security"; "Cluster API server endpoint".
    """

    name: pulumi.Output[str]
    """Known once the cluster answers."""
    group_id: pulumi.Output[str]
    """Security group that EKS makes for control plane and nodes."""
    cluster: aws.eks.Cluster

    def __init__(
        self,
        context: Context,
        keys: Keys,
        wanted: Kubernetes,
        *,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
    ) -> None:
        super().__init__("rackwright:aws:ControlPlane", f"{context.prefix}-kubernetes", None, context.child)
        self._context, self._wanted = context.within(self), wanted
        log = self._declare_log(keys)
        self.cluster = aws.eks.Cluster(
            context.prefix,
            name=context.prefix,
            version=wanted.version,
            role_arn=self._declare_role(),
            vpc_config=aws.eks.ClusterVpcConfigArgs(
                subnet_ids=subnet_ids,
                security_group_ids=[self._declare_door(vpc_id)],
                endpoint_private_access=True,
                endpoint_public_access=wanted.public,
                public_access_cidrs=list(wanted.public_cidrs) or None,
            ),
            access_config=aws.eks.ClusterAccessConfigArgs(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            encryption_config=self._encryption(),
            enabled_cluster_log_types=list(wanted.log_types),
            kubernetes_network_config=aws.eks.ClusterKubernetesNetworkConfigArgs(service_ipv4_cidr=wanted.service_cidr),
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
            bootstrap_self_managed_addons=False,
            deletion_protection=context.protect,
            tags=context.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect, depends_on=log),
        )
        self.name = self.cluster.name
        self.group_id = self.cluster.vpc_config.apply(lambda config: str(config.cluster_security_group_id))
        self.register_outputs({"name": self.name, "group_id": self.group_id})

    def _declare_log(self, keys: Keys) -> list[pulumi.Resource]:
        """The log group, made before EKS would make one without key and retention."""
        if not self._wanted.log_types:
            return []
        context = self._context
        return [
            aws.cloudwatch.LogGroup(
                f"{context.prefix}-kubernetes",
                name=f"/aws/eks/{context.prefix}/cluster",
                kms_key_id=keys.logs,
                retention_in_days=log_retention(context.design.retention_days),
                tags=context.tags,
                opts=context.child,
            )
        ]

    def _declare_role(self) -> pulumi.Output[str]:
        context, name = self._context, f"{self._context.prefix}-kubernetes"
        trusted = context.account.render(lambda scope: trust("eks.amazonaws.com", account=scope.account))
        role = aws.iam.Role(
            name,
            name=name,
            description=f"Control plane of cluster {context.prefix}",
            assume_role_policy=trusted,
            tags=context.tags,
            opts=context.child,
        )
        policy = context.account.render(lambda scope: managed_policy(scope, "AmazonEKSClusterPolicy"))
        may = aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=policy, opts=context.child)
        # The control plane must not start before its role may do anything.
        return pulumi.Output.all(role.arn, may.id).apply(lambda both: str(both[0]))

    def _encryption(self) -> aws.eks.ClusterEncryptionConfigArgs | None:
        if self._wanted.key is None:
            return None
        context = self._context
        made = Encryption(
            context.prefix,
            account=context.account,
            keys=[self._wanted.key],
            tags=context.tags,
            protect=context.protect,
            opts=context.child,
        )
        provider = aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=made.arns[self._wanted.key.name])
        return aws.eks.ClusterEncryptionConfigArgs(provider=provider, resources=["secrets"])

    def _declare_door(self, vpc_id: pulumi.Input[str]) -> pulumi.Output[str]:
        """Who reaches the API server: everything inside the VPC, and the networks of administrators."""
        context, name = self._context, f"{self._context.prefix}-kubernetes-api"
        group = aws.ec2.SecurityGroup(
            name,
            vpc_id=vpc_id,
            description="Kubernetes API",
            tags={**context.tags, "Name": name},
            opts=context.child,
        )
        network = context.design.network
        for index, cidr in enumerate(dict.fromkeys((network.cidr, *network.allowed_admin_cidrs))):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-{index}",
                security_group_id=group.id,
                description="Kubernetes API",
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=API_PORT,
                to_port=API_PORT,
                opts=context.child,
            )
        return group.id
