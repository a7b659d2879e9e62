"""The governing side of a cluster: what is watched, recorded, patched, copied and paid."""

from __future__ import annotations

import pulumi

from infra.aws.compute.compute_side import ComputeSide
from infra.aws.context import Context
from infra.aws.governing.backup_plan import BackupPlan
from infra.aws.governing.budget import CostGuard
from infra.aws.governing.configuration_record import ConfigurationRecord
from infra.aws.governing.dashboard import ClusterDashboard
from infra.aws.governing.detection import declare_detection
from infra.aws.governing.idle_gpus import IdleGpus
from infra.aws.governing.patching import Patches
from infra.aws.governing.people import CentralPeople, LocalPeople
from infra.aws.governing.trail_alarms import TrailAlarms
from infra.aws.security.security_side import SecuritySide
from infra.aws.storage.storage_side import StorageSide, of_kind
from rackwright.design.governance import PermissionSet

KINDS = ("fsx-lustre", "efs")
"""File systems that the dashboard shows."""


class GovernanceSide(pulumi.ComponentResource):
    """Everything about people, records, fixes, copies and money that follows from the design."""

    outputs: dict[str, object]
    """What the stack exports of this side."""

    def __init__(self, context: Context, security: SecuritySide, storage: StorageSide, compute: ComputeSide) -> None:
        super().__init__("rackwright:aws:GovernanceSide", f"{context.prefix}-governance", None, context.child)
        self._context, self._security = context.within(self), security
        self._wanted = context.design.governance
        self._topic = security.alerts.topic_arn
        self._declare_people()
        declare_detection(self._context, self._wanted.detection, topic_arn=self._topic, opts=self._context.child)
        if self._wanted.detection.configuration:
            rules = self._wanted.detection.configuration_rules
            ConfigurationRecord(self._context, security.keys, rules=rules, opts=self._context.child)
        if self._wanted.patching is not None:
            Patches(self._context, wanted=self._wanted.patching, opts=self._context.child)
        cost = context.design.cost.model_dump(mode="json")  # the next plan tells the difference
        self.outputs = {"alerts_topic": self._topic, "cost": cost, **self._declare_backups(storage)}
        self._declare_money()
        self._declare_watch(storage, compute)
        self.register_outputs(self.outputs)

    def _declare_people(self) -> None:
        access = self._wanted.access
        if access.identity_center and access.permission_sets:
            CentralPeople(self._context, sets=access.permission_sets, opts=self._context.child)
        elif access.permission_sets:
            groups: dict[str, PermissionSet] = {one.group: one for one in access.permission_sets}
            LocalPeople(self._context, groups=groups, mfa=access.mfa, opts=self._context.child)

    def _declare_backups(self, storage: StorageSide) -> dict[str, object]:
        wanted = self._wanted.backups
        if wanted is None:
            return {}
        plan = BackupPlan(
            self._context,
            wanted=wanted,
            key_arn=self._security.keys.backups,
            resources=[storage.arns[name] for name in wanted.storages],
            opts=self._context.child,
        )
        return {"backup_vault": plan.vault_arn}

    def _declare_money(self) -> None:
        if self._wanted.spending is None:
            return
        CostGuard(
            self._context,
            spending=self._wanted.spending,
            topic_arn=self._topic,
            role_name=self._security.identity.role_name,
            opts=self._context.child,
        )

    def _declare_watch(self, storage: StorageSide, compute: ComputeSide) -> None:
        context, design = self._context, self._context.design
        if self._security.trail_log_group is not None:
            TrailAlarms(context, log_group=self._security.trail_log_group, topic_arn=self._topic, opts=context.child)
        for watch in self._wanted.idle:
            if (group := compute.group_names.get(watch.pool)) is not None:
                IdleGpus(context, watch=watch, group=group, topic_arn=self._topic, opts=context.child)
        ids = {
            kind: {one.name: storage.file_systems[one.name]["id"] for one in of_kind(design, kind)} for kind in KINDS
        }
        ClusterDashboard(
            context, groups=compute.group_names, lustre=ids["fsx-lustre"], efs=ids["efs"], opts=context.child
        )
