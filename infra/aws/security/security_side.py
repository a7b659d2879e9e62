"""The security side of a cluster: keys, what the nodes may do, who called which API, and what it may cost."""

from __future__ import annotations

import pulumi

from infra.aws.bucket import bucket_name
from infra.aws.configuration_side import node_bucket_arns
from infra.aws.context import Context, Keys
from infra.aws.documents import bucket_arn
from infra.aws.network.traffic_record import traffic_bucket_arns
from infra.aws.security.account_defaults import AccountDefaults
from infra.aws.security.alerts import Alerts
from infra.aws.security.audit_trail import AuditTrail, LogSink
from infra.aws.security.encryption import Encryption
from infra.aws.security.identity import NodeIdentity
from infra.aws.security.registry import ImageRegistry
from infra.aws.security.secrets import ClusterSecrets
from infra.aws.storage.storage_side import data_bucket_arns


class SecuritySide(pulumi.ComponentResource):
    """Keys, identities and records; needs nothing of the other sides, so that they can all use it."""

    keys: Keys
    identity: NodeIdentity
    alerts: Alerts
    trail_log_group: pulumi.Output[str] | None
    """Name of the log group of API calls; None without a trail."""
    outputs: dict[str, object]
    """What the stack exports of this side."""

    def __init__(self, context: Context) -> None:
        super().__init__("rackwright:aws:SecuritySide", f"{context.prefix}-security", None, context.child)
        self._context, self._wanted = context.within(self), context.design.governance
        self.keys = self._declare_keys()
        self.identity = NodeIdentity(self._context, bundle_arns=node_bucket_arns(context), opts=self._context.child)
        self.alerts = Alerts(self._context, key_arn=self.keys.alerts, opts=self._context.child)
        secrets = ClusterSecrets(self._context, key_arn=self.keys.secrets, opts=self._context.child)
        registry = ImageRegistry(
            self._context,
            key_arn=self.keys.images,
            account_wide=self._wanted.detection.vulnerabilities,
            opts=self._context.child,
        )
        self.trail_log_group = self._declare_trail() if self._wanted.trail.on else None
        if self._wanted.detection.account_defaults:
            self._declare_defaults()
        self.outputs = {
            "key_arn": self.keys.data,
            "secrets": secrets.arns,
            "image_repositories": registry.repositories,
        }
        self.register_outputs(self.outputs)

    def _declare_keys(self) -> Keys:
        context = self._context
        encryption = Encryption(
            context.prefix,
            account=context.account,
            keys=self._wanted.keys,
            tags=context.tags,
            protect=context.protect,
            opts=context.child,
        )
        return Keys(**encryption.arns)

    def _declare_defaults(self) -> None:
        AccountDefaults(
            self._context.prefix,
            passwords=self._wanted.access.passwords,
            keep=self._context.protect,
            opts=self._context.child,
        )

    def _declare_trail(self) -> pulumi.Output[str]:
        context, name = self._context, f"{self._context.prefix}-trail"
        calls = LogSink(
            name,
            account=context.account,
            service="cloudtrail.amazonaws.com",
            key_arn=self.keys.logs,
            retention_days=context.design.retention_days,
            tags=context.tags,
            opts=context.child,
        )
        AuditTrail(
            name,
            account=context.account,
            bucket=bucket_name(context.prefix, "trail", context.region),
            sink=calls,
            key_arn=self.keys.logs,
            data_bucket_arns=self._recorded_buckets(),
            retention_days=context.design.retention_days,
            organisation=self._wanted.trail.organisation,
            locked=self._wanted.trail.locked,
            tags=context.tags,
            protect=context.protect,
            opts=context.child,
        )
        return calls.group_arn.apply(lambda arn: arn.partition(":log-group:")[2].removesuffix(":*"))

    def _recorded_buckets(self) -> list[str]:
        """Buckets whose every read and write is recorded: data, traffic, bundles and reports, AWS Config's records."""
        context = self._context
        arns = [
            *data_bucket_arns(context.design, context.region),
            *traffic_bucket_arns(context),
            *node_bucket_arns(context),
        ]
        if self._wanted.detection.configuration:
            arns.append(bucket_arn(bucket_name(context.prefix, "config", context.region), context.region))
        return arns
