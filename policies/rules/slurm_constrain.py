"""Jobs get what they asked for, and no more.

Requirement: jobs are kept to their GPUs, cores and memory by cgroups.
Why it matters: without it a job sees every GPU of the node, and the memory of the job beside it.
What it looks at: `taskplugin`, `proctracktype` of slurm.conf and the Constrain settings of cgroup.conf.
Known limits: exclusive nodes need it as well: a job's left-over processes are found by cgroup.
Fix: set TaskPlugin=task/cgroup and the four Constrain settings.
Sources: Slurm documentation, "cgroup.conf"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = ("constraindevices", "constraincores", "constrainramspace")


def _find(slurm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    settings, cgroup = known(slurm, "settings"), known(slurm, "cgroup")
    if not isinstance(settings, dict) or "task/cgroup" not in str(settings.get("taskplugin")):
        yield "TaskPlugin lacks task/cgroup"
    if not isinstance(settings, dict) or settings.get("proctracktype", "proctrack/cgroup") != "proctrack/cgroup":
        yield "ProctrackType is not proctrack/cgroup"
    for name in WANTED:
        if not isinstance(cgroup, dict) or str(cgroup.get(name)).lower() != "yes":
            yield f"{name} is not on"


RULE = Rule(
    id="RW-PSLM-003",
    title="Jobs get what they asked for, and no more",
    severity=Severity.HIGH,
    applies_to=frozenset({"slurm:cluster"}),
    controls=cite("tenant-isolation"),
    fix="constrain devices, cores and memory",
    code="ConstrainDevices=yes\nConstrainCores=yes\nConstrainRAMSpace=yes",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
