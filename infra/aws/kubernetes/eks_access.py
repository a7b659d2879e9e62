"""Who may use Kubernetes on AWS: a role for each group of people, and an access entry for each role."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.kubernetes.eks_cluster import ControlPlane
from infra.aws.kubernetes.eks_documents import access_policy, find_cluster_policy, people_trust
from rackwright.design.kubernetes_model import Kubernetes, Person


class People(pulumi.ComponentResource):
    """Roles that people take, with a second factor where the spec asks for it, and what Kubernetes lets them do.

    Source: Amazon EKS User Guide, "Grant IAM users access to Kubernetes with EKS access entries".
    """

    role_arns: dict[str, pulumi.Output[str]]
    """By group."""

    def __init__(self, context: Context, wanted: Kubernetes, *, plane: ControlPlane) -> None:
        super().__init__("rackwright:aws:People", f"{context.prefix}-people", None, context.child)
        self._context, self._plane, self._mfa = context.within(self), plane, wanted.mfa
        self.role_arns = {person.group: self._declare(person) for person in wanted.people}
        self.register_outputs({"role_arns": self.role_arns})

    def _declare(self, person: Person) -> pulumi.Output[str]:
        context, name = self._context, f"{self._context.prefix}-kubernetes-{person.group}"
        role = aws.iam.Role(
            name,
            name=name,
            description=f"Kubernetes of cluster {context.prefix} for {person.group}",
            assume_role_policy=context.account.render(lambda scope: people_trust(scope, mfa=self._mfa)),
            tags=context.tags,
            opts=context.child,
        )
        found = context.account.render(lambda scope: find_cluster_policy(scope, context.prefix))
        aws.iam.RolePolicy(name, name="find-cluster", role=role.name, policy=found, opts=context.child)
        entry = aws.eks.AccessEntry(
            name,
            cluster_name=self._plane.name,
            principal_arn=role.arn,
            type="STANDARD",
            tags=context.tags,
            opts=context.child,
        )
        aws.eks.AccessPolicyAssociation(
            name,
            cluster_name=self._plane.name,
            principal_arn=entry.principal_arn,
            policy_arn=context.account.render(lambda scope: access_policy(scope, person.policy)),
            access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
            opts=context.child,
        )
        return role.arn
