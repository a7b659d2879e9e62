"""Security fixes are approved within a week.

Requirement: patch baselines approve security fixes by a rule, at most seven days after they came out.
Why it matters: a baseline without rules approves nothing: nodes count as patched for ever.
What it looks at: approval rules of baselines.
Known limits: held packages wait for a drained batch.
Fix: add a rule.
Sources: AWS Systems Manager User Guide, "Patch baselines"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_DAYS = 7


def _find(baseline: Resource, _: Sequence[Resource]) -> Iterator[str]:
    rules = maps(baseline, "approvalRules")
    if not rules:
        yield "it approves nothing by itself"
        return
    days = [number(rule.value("approveAfterDays", 0)) or 0 for rule in rules]
    if min(days) > MOST_DAYS:
        yield f"fixes wait {min(days):g} days for approval, expected at most {MOST_DAYS}"


RULE = Rule(
    id="RW-PSEC-007",
    title="Security fixes are approved within a week",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ssm/patchBaseline:PatchBaseline"}),
    controls=cite("patching"),
    fix="approve after at most 7 days",
    code=('approval_rules=[{"approve_after_days": 7, "compliance_level": "CRITICAL", "patch_filters": [...]}]'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
