"""Backups are made daily, and kept for a month.

Requirement: each plan has a rule with a schedule, and keeps recovery points for at least 35 days.
Why it matters: a mistake is found after the weekend, or after the month's end.
What it looks at: rules of backup plans, and selections of the stack.
Known limits: what a selection by tags finds only the live account shows.
Fix: set `backup_days` of the storages.
Sources: AWS Backup Developer Guide, "Backup plans"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, number, pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

LEAST_DAYS = 35
SELECTION = "aws:backup/selection:Selection"


def _find(plan: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    rules = maps(plan, "rules")
    if not any(rule.value("schedule") for rule in rules):
        yield "no rule has a schedule"
    for rule in rules:
        days = number(rule.value("lifecycle.deleteAfter"))
        if days is not None and days < LEAST_DAYS:
            yield f"{rule.name} keeps backups for {days:g} days, expected at least {LEAST_DAYS}"
    if not pointing_to(resources, SELECTION, "planId", plan):
        yield "the plan selects nothing"


RULE = Rule(
    id="RW-PBKP-003",
    title="Backups are made daily, and kept for a month",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:backup/plan:Plan"}),
    controls=cite("backup"),
    fix="keep backups for 35 days",
    code=(
        'rules=[{"rule_name": "daily", "target_vault_name": vault.name, "schedule": "cron(0 5 ? * *'
        ' *)", "lifecycle": {"delete_after": 35}}]'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
