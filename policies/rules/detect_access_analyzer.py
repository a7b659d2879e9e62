"""Somebody sees what is shared with strangers.

Requirement: IAM Access Analyzer is on in every region in use.
Why it matters: a bucket or key that is shared with another account by mistake shows there.
What it looks at: analyzers.
Known limits: unused-access analyzers count as well, but do not replace one for external access.
Fix: add an analyzer of type ACCOUNT.
Sources: IAM User Guide, "Using AWS IAM Access Analyzer"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, of_type
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.subjects.account import REGION

KIND = "aws:accessanalyzer/analyzer:Analyzer"


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == REGION:
        if is_true(resource.value("inUse", default=True)) and not any(of_type(resources, KIND)):
            yield "no analyzer looks for external access in this region"
        return
    if resource.value("type", "ACCOUNT") not in ("ACCOUNT", "ORGANIZATION"):
        yield "it does not look for external access"


RULE = Rule(
    id="RW-PDET-007",
    title="Somebody sees what is shared with strangers",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:accessanalyzer/analyzer:Analyzer", "account:aws/region:Region"}),
    controls=cite("least-privilege", "log-review", "CIS-AWS-3.0:1.20"),
    fix="add an analyzer",
    code='aws.accessanalyzer.Analyzer("external", analyzer_name="external", type="ACCOUNT")',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
