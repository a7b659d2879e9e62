"""When fixes are looked for and installed, by Systems Manager."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from rackwright.design.governance import Patching

HELD = ("*cuda*", "*nvidia*", "efa*", "kernel*", "libnccl*", "linux-headers-*", "linux-image-*", "lustre-client*")
"""Packages that belong together and change in drained batches only (`./rw upgrade`)."""

FILTERS = {
    "UBUNTU": ("PRIORITY", ("Required", "Important")),
    "DEBIAN": ("PRIORITY", ("required", "important")),
    "ROCKY_LINUX": ("CLASSIFICATION", ("Security",)),
    "AMAZON_LINUX_2023": ("CLASSIFICATION", ("Security",)),
}
"""Which fixes a baseline approves by itself.
Source: AWS Systems Manager API Reference, "PatchFilter", read 2026-11-21."""


class Patches(pulumi.ComponentResource):
    """Baseline, patch group, window and task.

    The task installs, or only reports what is missing where the scheduler installs in drained batches. Drivers, fabric
    and kernels are held back either way: a driver that changes under a job ends the job.
    Source: AWS Systems Manager User Guide, "Patch Manager" and "Maintenance Windows".
    """

    def __init__(
        self,
        context: Context,
        *,
        wanted: Patching,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        name = f"{context.prefix}-patches"
        super().__init__("rackwright:aws:Patches", name, None, opts)
        self._context, self._prefix, self._wanted = context.within(self), name, wanted
        baseline = self._declare_baseline()
        aws.ssm.PatchGroup(name, baseline_id=baseline, patch_group=context.prefix, opts=self._context.child)
        window = aws.ssm.MaintenanceWindow(
            name,
            name=name,
            schedule=wanted.schedule,
            schedule_timezone=wanted.timezone,
            duration=wanted.hours,
            cutoff=wanted.cutoff_hours,
            tags=context.tags,
            opts=self._context.child,
        ).id
        self._declare_task(window)
        self.register_outputs({})

    def _declare_baseline(self) -> pulumi.Output[str]:
        key, values = FILTERS[self._wanted.operating_system]
        rule = aws.ssm.PatchBaselineApprovalRuleArgs(
            approve_after_days=self._wanted.approve_after_days,
            compliance_level="CRITICAL",
            patch_filters=[aws.ssm.PatchBaselineApprovalRulePatchFilterArgs(key=key, values=list(values))],
        )
        return aws.ssm.PatchBaseline(
            self._prefix,
            name=self._prefix,
            operating_system=self._wanted.operating_system,
            description=f"Fixes of cluster {self._context.prefix}; drivers and kernels are held back",
            approval_rules=[rule],
            rejected_patches=list(HELD),
            rejected_patches_action="BLOCK",
            tags=self._context.tags,
            opts=self._context.child,
        ).id

    def _declare_task(self, window: pulumi.Output[str]) -> None:
        target = aws.ssm.MaintenanceWindowTarget(
            self._prefix,
            window_id=window,
            name=self._prefix,
            resource_type="INSTANCE",
            targets=[
                aws.ssm.MaintenanceWindowTargetTargetArgs(key="tag:rackwright:stack", values=[self._context.prefix])
            ],
            opts=self._context.child,
        )
        given = {"Operation": "Install" if self._wanted.install else "Scan", "RebootOption": self._wanted.reboot}
        command = aws.ssm.MaintenanceWindowTaskTaskInvocationParametersRunCommandParametersArgs(
            parameters=[
                aws.ssm.MaintenanceWindowTaskTaskInvocationParametersRunCommandParametersParameterArgs(
                    name=name, values=[value]
                )
                for name, value in sorted(given.items())
            ],
            timeout_seconds=3600,
        )
        aws.ssm.MaintenanceWindowTask(
            self._prefix,
            window_id=window,
            name=self._prefix,
            task_type="RUN_COMMAND",
            task_arn="AWS-RunPatchBaseline",
            max_concurrency=self._wanted.max_concurrency,
            max_errors="1",
            cutoff_behavior="CANCEL_TASK",
            targets=[aws.ssm.MaintenanceWindowTaskTargetArgs(key="WindowTargetIds", values=[target.id])],
            task_invocation_parameters=aws.ssm.MaintenanceWindowTaskTaskInvocationParametersArgs(
                run_command_parameters=command
            ),
            opts=self._context.child,
        )
