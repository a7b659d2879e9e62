"""Nodes act under a role, not under keys.

Requirement: instances and templates have an instance profile; templates of EKS node groups have none, because the group
names the role of its nodes.
Why it matters: without one, somebody will put long-lived access keys on the node to reach the bucket.
What it looks at: `iamInstanceProfile` of instances and launch templates; EKS adds that of its node groups by itself.
Known limits: what the role may do is judged by other rules.
Fix: set `iam_instance_profile`.
Sources: CIS AWS Foundations 3.0.0 1.18; AWS IAM User Guide, "Using an IAM role to grant permissions to applications";
Amazon EKS User Guide, "Customize managed nodes with launch templates".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_set, pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

PROFILE = "aws:iam/instanceProfile:InstanceProfile"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"


def _find(resource: Resource, everything: Sequence[Resource]) -> Iterator[str]:
    if is_set(resource, "iamInstanceProfile", source=PROFILE):
        return
    if not pointing_to(everything, NODE_GROUP, "launchTemplate", resource):
        yield "no instance profile"


def _launches(group: Resource, template: Resource) -> bool:
    if template.urn in group.property_dependencies.get("launchTemplate", ()):
        return True
    written = group.props.get("launchTemplate")
    mine = [found for name in ("id", "name") if isinstance(found := template.props.get(name), str)]
    return isinstance(written, dict) and any(written.get(name) in mine for name in ("id", "name"))


RULE = Rule(
    id="RW-PCMP-005",
    title="Nodes act under a role, not under keys",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"}),
    controls=cite("least-privilege", "CIS-AWS-3.0:1.18", "CIS-AWS-7.0:2.16"),
    fix="attach an instance profile",
    code="iam_instance_profile=profile.name",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
