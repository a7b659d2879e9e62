"""Secrets that the nodes read: places for values that people put in."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from infra.aws.documents import Scope, secret_policy

RECOVERY_DAYS = 30
"""Longest that Secrets Manager offers: there must be time to notice a wrong destroy."""

REHEARSAL_RECOVERY_DAYS = 7


class ClusterSecrets(pulumi.ComponentResource):
    """A secret for each purpose, with the key of the secrets and a policy that lets the nodes' role alone read it.

    No value is ever in the program or in the state: administrators put it in (``aws secretsmanager put-secret-value``).
    With `protect` the engine refuses to delete a secret.
    Source: AWS Secrets Manager User Guide, "Resource-based policies", "Best practices for AWS Secrets Manager".
    """

    arns: dict[str, pulumi.Output[str]]
    """By purpose."""

    def __init__(
        self, context: Context, *, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("rackwright:aws:ClusterSecrets", f"{context.prefix}-secrets", None, opts)
        self._context, self._key_arn = context.within(self), key_arn
        wanted = dict(context.design.governance.access.secrets)
        if context.settings.bundle_key is not None:
            wanted.pop("munge", None)  # made by the tool, and kept beside the bundle
        self.arns = {name: self._declare(name, purpose) for name, purpose in wanted.items()}
        self.register_outputs({"arns": self.arns})

    def _declare(self, label: str, purpose: str) -> pulumi.Output[str]:
        context, name = self._context, f"{self._context.prefix}-secret-{label}"
        secret = aws.secretsmanager.Secret(
            name,
            name=f"{context.prefix}/{label}",
            description=f"{purpose} (cluster {context.prefix})",
            kms_key_id=self._key_arn,
            recovery_window_in_days=RECOVERY_DAYS if context.protect else REHEARSAL_RECOVERY_DAYS,
            tags=context.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect),
        )
        document = context.account.render(lambda scope: _policy(scope, context.prefix))
        aws.secretsmanager.SecretPolicy(
            name, secret_arn=secret.arn, policy=document, block_public_policy=True, opts=context.child
        )
        return secret.arn


def _policy(scope: Scope, cluster: str) -> str:
    return secret_policy(f"arn:{scope.partition}:iam::{scope.account}:role/{cluster}-node")
