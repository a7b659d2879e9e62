"""Which account the cluster is built in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.documents import Scope, partition_of


@dataclass(frozen=True, slots=True)
class Account:
    """The account behind the provider; ids are unknown where no cloud answers (a preview without credentials)."""

    scope: pulumi.Output[Scope]

    @classmethod
    def behind(cls, provider: pulumi.ProviderResource, region: str) -> Account:
        """Ask `provider` who it is."""
        identity = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(provider=provider))
        return cls(identity.account_id.apply(lambda account: Scope(partition_of(region), account, region)))

    def render(self, document: Callable[[Scope], str]) -> pulumi.Output[str]:
        """A policy document that needs to know the account."""
        return self.scope.apply(document)
