"""Finished pods are cleared away.

Requirement: the controller manager keeps a bounded number of ended pods.
Why it matters: a queue of short GPU jobs leaves tens of thousands behind; etcd slows down for everybody.
What it looks at: `--terminated-pod-gc-threshold`; the default of 12,500 counts as unbounded, as in the benchmark.
Known limits: a cluster of thousands of nodes may need more: waive the rule with the number.
Fix: set it to 1,000 or so.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from policies.controls import cite
from policies.flags import flags_must_be_set
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCTL-015",
    title="Finished pods are cleared away",
    severity=Severity.LOW,
    applies_to=frozenset({"kubernetes:component:ControllerManager"}),
    controls=cite("availability"),
    fix="set --terminated-pod-gc-threshold",
    code="--terminated-pod-gc-threshold=1000",
    find=flags_must_be_set("terminated-pod-gc-threshold"),
    enforcement=Enforcement.ADVISORY,
)
