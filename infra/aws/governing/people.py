"""People: what each group of the spec may do in the account, and with how many factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.governing.people_documents import people_policy, require_mfa_policy
from rackwright.design.governance import PermissionSet


class CentralPeople(pulumi.ComponentResource):
    """Permission sets of IAM Identity Center, each assigned to its group in this account.

    The groups come from the identity provider, so they are looked up, not made; a rehearsal has no provider and makes
    them. The second factor is asked for where people sign in: by the provider or by Identity Center.
    Source: IAM Identity Center User Guide, "Manage AWS accounts with permission sets".
    """

    def __init__(
        self, context: Context, *, sets: tuple[PermissionSet, ...], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("rackwright:aws:CentralPeople", f"{context.prefix}-people", None, opts)
        self._context = context.within(self)
        self._rehearsed = context.settings.endpoint is not None or context.design.target == "local"
        found = aws.ssoadmin.get_instances_output(opts=pulumi.InvokeOutputOptions(provider=context.provider))
        self._instance = found.apply(lambda instances: _first(instances.arns))
        self._store = found.apply(lambda instances: _first(instances.identity_store_ids))
        for wanted in sets:
            self._declare(wanted)
        self.register_outputs({})

    def _declare(self, wanted: PermissionSet) -> None:
        context, name = self._context, f"{self._context.prefix}-people-{wanted.group}"
        made = aws.ssoadmin.PermissionSet(
            name,
            name=wanted.name,
            description=f"{wanted.kind} of cluster {context.prefix}",
            instance_arn=self._instance,
            session_duration=f"PT{wanted.session_hours}H",
            tags=context.tags,
            opts=context.child,
        )
        policy = aws.ssoadmin.PermissionSetInlinePolicy(
            name,
            instance_arn=self._instance,
            permission_set_arn=made.arn,
            inline_policy=context.account.render(lambda scope: people_policy(scope, context.prefix, wanted.kind)),
            opts=context.child,
        )
        aws.ssoadmin.AccountAssignment(
            name,
            instance_arn=self._instance,
            permission_set_arn=made.arn,
            principal_id=self._group(wanted.group),
            principal_type="GROUP",
            target_id=context.account.scope.apply(lambda scope: scope.account),
            target_type="AWS_ACCOUNT",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )

    def _group(self, name: str) -> pulumi.Output[str]:
        if self._rehearsed:
            made = aws.identitystore.Group(
                f"{self._context.prefix}-people-{name}",
                display_name=f"{self._context.prefix}-{name}",
                identity_store_id=self._store,
                opts=self._context.child,
            )
            return made.group_id
        unique = aws.identitystore.GetGroupAlternateIdentifierUniqueAttributeArgs(
            attribute_path="DisplayName", attribute_value=name
        )
        return aws.identitystore.get_group_output(
            identity_store_id=self._store,
            alternate_identifier=aws.identitystore.GetGroupAlternateIdentifierArgs(unique_attribute=unique),
            opts=pulumi.InvokeOutputOptions(provider=self._context.provider),
        ).group_id


def _first(found: Sequence[str]) -> str:
    if not found:
        raise ValueError(
            "this account has no IAM Identity Center; enable it, or set access.identity_center to false, "
            "which makes IAM groups instead"
        )
    return found[0]


class LocalPeople(pulumi.ComponentResource):
    """IAM groups for accounts without Identity Center, each with its policy, and with the second factor where required.

    Users are not made here: people, not stacks, hold credentials.
    Source: AWS IAM User Guide, "Security best practices in IAM" (require multi-factor authentication).
    """

    def __init__(
        self,
        context: Context,
        *,
        groups: Mapping[str, PermissionSet],
        mfa: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:LocalPeople", f"{context.prefix}-people", None, opts)
        self._context = context.within(self)
        factor = self._declare_factor() if mfa else None
        for group, wanted in groups.items():
            self._declare(group, wanted, factor)
        self.register_outputs({})

    def _declare_factor(self) -> pulumi.Output[str]:
        name = f"{self._context.prefix}-require-mfa"
        return aws.iam.Policy(
            name,
            name=name,
            description="Nothing without a second factor",
            policy=require_mfa_policy(),
            tags=self._context.tags,
            opts=self._context.child,
        ).arn

    def _declare(self, group: str, wanted: PermissionSet, factor: pulumi.Output[str] | None) -> None:
        context, name = self._context, f"{self._context.prefix}-people-{group}"
        made = aws.iam.Group(name, name=f"{context.prefix}-{group}", opts=context.child)
        policy = aws.iam.Policy(
            name,
            name=f"{context.prefix}-{group}",
            description=f"{wanted.kind} of cluster {context.prefix}",
            policy=context.account.render(lambda scope: people_policy(scope, context.prefix, wanted.kind)),
            tags=context.tags,
            opts=context.child,
        )
        aws.iam.GroupPolicyAttachment(name, group=made.name, policy_arn=policy.arn, opts=context.child)
        if factor is not None:
            aws.iam.GroupPolicyAttachment(f"{name}-mfa", group=made.name, policy_arn=factor, opts=context.child)
