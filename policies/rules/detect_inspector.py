"""Known holes of machines and images are looked for.

Requirement: Inspector scans EC2 instances and ECR images in every region in use.
Why it matters: the lock knows the GPU stack; Inspector knows the rest of the operating system.
What it looks at: what Inspector is enabled for.
Known limits: another scanner may do the same: waive the rule.
Fix: enable it for EC2 and ECR.
Sources: Amazon Inspector User Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, of_type, texts
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.subjects.account import REGION

KIND = "aws:inspector2/enabler:Enabler"


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == REGION:
        if is_true(resource.value("inUse", default=True)) and not any(of_type(resources, KIND)):
            yield "Inspector is off in this region"
        return
    missing = {"EC2", "ECR"} - set(texts(resource.value("resourceTypes")))
    if missing:
        yield f"not scanned: {', '.join(sorted(missing))}"


RULE = Rule(
    id="RW-PDET-006",
    title="Known holes of machines and images are looked for",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:inspector2/enabler:Enabler", "account:aws/region:Region"}),
    controls=cite("vulnerability-scanning"),
    fix="enable Inspector for EC2 and ECR",
    code='aws.inspector2.Enabler("scan", account_ids=[account], resource_types=["EC2", "ECR"])',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
