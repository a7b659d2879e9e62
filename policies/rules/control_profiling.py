"""The control plane shows no profiler.

Requirement: API server, controller manager and scheduler run with `--profiling=false`.
Why it matters: the profiler tells how the cluster works inside and can be made to stall it.
What it looks at: `--profiling` of the three.
Known limits: on EKS the control plane is AWS's and shows no flags: the rule is not applicable there.
Fix: set it to false.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from policies.controls import cite
from policies.flags import flag_must_be
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCTL-007",
    title="The control plane shows no profiler",
    severity=Severity.LOW,
    applies_to=frozenset(
        {"kubernetes:component:ApiServer", "kubernetes:component:ControllerManager", "kubernetes:component:Scheduler"}
    ),
    controls=cite("hardening-baseline"),
    fix="set --profiling=false",
    code="--profiling=false",
    find=flag_must_be("profiling", "false", default="true"),
    enforcement=Enforcement.ADVISORY,
)
