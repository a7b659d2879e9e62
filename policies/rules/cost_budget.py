"""A stack with nodes has a budget that warns.

Requirement: a stack that has auto-scaling groups has a budget with a warning before or at the limit.
Why it matters: sixty-four idle GPU nodes cost more in a weekend than most projects in a year, and the bill comes a
month later.
What it looks at: auto-scaling groups, and budgets of the same stack.
Known limits: a budget warns, it stops nothing.
Fix: set `budget.usd_per_month` and `alert_at`.
Sources: AWS Cost Management User Guide, "Managing your costs with AWS Budgets".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, number, of_type
from policies.rule import Enforcement, Resource, Rule, Severity

BUDGET = "aws:budgets/budget:Budget"
LIMIT_PERCENT = 100


def _find(_: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    budgets = list(of_type(resources, BUDGET))
    if not budgets:
        yield "the stack has no budget"
        return
    warnings = [number(each.value("threshold")) for budget in budgets for each in maps(budget, "notifications")]
    if not any(warning is not None and warning <= LIMIT_PERCENT for warning in warnings):
        yield "no budget of the stack warns before its limit"


RULE = Rule(
    id="RW-PCST-001",
    title="A stack with nodes has a budget that warns",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:autoscaling/group:Group"}),
    controls=cite("capacity"),
    fix="add a budget with a warning",
    code="budget: {usd_per_month: 400000, alert_at: [50, 80, 100], notify: [ops@example.org]}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
