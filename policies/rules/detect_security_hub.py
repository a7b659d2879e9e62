"""Findings of all services come together.

Requirement: Security Hub is on in every region in use, with a standard.
Why it matters: findings in five consoles are read by nobody.
What it looks at: Security Hub accounts and their standards.
Known limits: an organisation may run it centrally: it shows in the live account.
Fix: set `monitoring.guardduty` and `config_recorder`; the program adds Security Hub.
Sources: AWS Security Hub User Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, of_type
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.subjects.account import REGION

KIND = "aws:securityhub/account:Account"
STANDARD = "aws:securityhub/standardsSubscription:StandardsSubscription"


def _find(resource: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if resource.type == REGION:
        if is_true(resource.value("inUse", default=True)) and not any(of_type(resources, KIND)):
            yield "Security Hub is off in this region"
        return
    if not is_true(resource.value("enableDefaultStandards", default=True)) and not any(of_type(resources, STANDARD)):
        yield "no standard is checked"


RULE = Rule(
    id="RW-PDET-003",
    title="Findings of all services come together",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:securityhub/account:Account", "account:aws/region:Region"}),
    controls=cite("log-review", "continuous-compliance", "CIS-AWS-3.0:4.16"),
    fix="turn on Security Hub with a standard",
    code='aws.securityhub.Account("findings", enable_default_standards=True)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
