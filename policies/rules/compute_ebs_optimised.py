"""Nodes have a lane of their own to their volumes.

Requirement: instances and templates are EBS-optimised.
Why it matters: without it disk traffic competes with the network that carries checkpoints. Current types have it
always; saying it keeps older ones from being launched without.
What it looks at: `ebsOptimized` of instances and launch templates.
Known limits: says nothing about types that are optimised by default and cannot be otherwise.
Fix: set `ebs_optimized`.
Sources: AWS EC2 User Guide, "Amazon EBS-optimized instance types".
"""

from __future__ import annotations

from policies.checks import must_be_on, set_to
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCMP-004",
    title="Nodes have a lane of their own to their volumes",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"}),
    controls=cite("capacity"),
    fix="set ebsOptimized",
    code="ebs_optimized=True",
    find=must_be_on("ebsOptimized"),
    remedy=set_to({"ebsOptimized": True}),
    enforcement=Enforcement.ADVISORY,
)
