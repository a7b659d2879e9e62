"""Old images go away.

Requirement: each repository has a lifecycle policy.
Why it matters: images with known holes lie about and are started by old manifests; each costs money for ever.
What it looks at: lifecycle policies of the stack.
Known limits: what the policy says is not judged.
Fix: add a policy.
Sources: Amazon ECR User Guide, "Lifecycle policies"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"


def _find(repository: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if not pointing_to(resources, LIFECYCLE, "repository", repository, "name"):
        yield "no lifecycle policy clears old images"


RULE = Rule(
    id="RW-PIMG-006",
    title="Old images go away",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:ecr/repository:Repository"}),
    controls=cite("data-minimisation"),
    fix="add a lifecycle policy",
    code='aws.ecr.LifecyclePolicy("clean", repository=repository.name, policy=...)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
