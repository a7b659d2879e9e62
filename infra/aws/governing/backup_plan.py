"""Copies of what lasts, in a vault of their own."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.documents import trust
from rackwright.design.governance import Backups

START_MINUTES, COMPLETE_MINUTES = 60, 720
"""A copy starts within an hour and has twelve (our choice; AWS Backup takes at least 60 and 120)."""

POLICIES = (
    *("service-role/AWSBackupServiceRolePolicyForBackup", "service-role/AWSBackupServiceRolePolicyForRestores"),
    *("AWSBackupServiceRolePolicyForS3Backup", "AWSBackupServiceRolePolicyForS3Restore"),
)
"""AWS's own policies for its backup service."""


class BackupPlan(pulumi.ComponentResource):
    """Vault with a key of its own, daily copies of the storages, and a lock where the framework asks for it.

    The lock is in governance mode: it can be lifted by who has that right, and no stack is ever stuck. With `protect`
    the engine refuses to delete the vault.
    Source: AWS Backup Developer Guide, "Creating a backup plan", "AWS Backup Vault Lock".
    """

    vault_arn: pulumi.Output[str]

    def __init__(
        self,
        context: Context,
        *,
        wanted: Backups,
        key_arn: pulumi.Input[str],
        resources: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        name = f"{context.prefix}-backups"
        super().__init__("rackwright:aws:BackupPlan", name, None, opts)
        self._context, self._prefix, self._wanted = context.within(self), name, wanted
        vault = aws.backup.Vault(
            name,
            name=name,
            kms_key_arn=key_arn,
            force_destroy=not context.protect,
            tags=context.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect),
        )
        if wanted.locked:
            aws.backup.VaultLockConfiguration(
                name, backup_vault_name=vault.name, min_retention_days=wanted.keep_days, opts=self._context.child
            )
        plan = self._declare_plan(vault.name)
        aws.backup.Selection(
            name,
            name=name,
            plan_id=plan,
            iam_role_arn=self._declare_role(),
            resources=list(resources),
            opts=self._context.child,
        )
        self.vault_arn = vault.arn
        self.register_outputs({"vault_arn": self.vault_arn})

    def _declare_plan(self, vault: pulumi.Output[str]) -> pulumi.Output[str]:
        kept = aws.backup.PlanRuleLifecycleArgs(
            delete_after=self._wanted.keep_days, cold_storage_after=self._wanted.cold_after_days
        )
        rule = aws.backup.PlanRuleArgs(
            rule_name="daily",
            target_vault_name=vault,
            schedule=self._wanted.schedule,
            start_window=START_MINUTES,
            completion_window=COMPLETE_MINUTES,
            lifecycle=kept,
        )
        return aws.backup.Plan(
            self._prefix, name=self._prefix, rules=[rule], tags=self._context.tags, opts=self._context.child
        ).id

    def _declare_role(self) -> pulumi.Output[str]:
        context = self._context
        role = aws.iam.Role(
            self._prefix,
            name=self._prefix,
            assume_role_policy=context.account.render(lambda s: trust("backup.amazonaws.com", account=s.account)),
            tags=context.tags,
            opts=context.child,
        )
        attached = [
            aws.iam.RolePolicyAttachment(
                f"{self._prefix}-{policy.rpartition('/')[2]}",
                role=role.name,
                policy_arn=managed_policy(context, policy),
                opts=context.child,
            ).id
            for policy in POLICIES
        ]
        # Whoever uses the role must wait for its policies, or the first copy fails.
        return pulumi.Output.all(role.arn, *attached).apply(lambda all_: str(all_[0]))


def managed_policy(context: Context, name: str) -> pulumi.Output[str]:
    """ARN of one of AWS's own policies."""
    return context.account.render(lambda scope: f"arn:{scope.partition}:iam::aws:policy/{name}")
