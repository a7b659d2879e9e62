"""Passwords of the account are long, mixed and not used again.

Requirement: the account's password policy asks for 14 characters of four kinds, a new one every 90 days, and
remembers 24.
Why it matters: passwords of console users are the way in that phishing looks for first.
What it looks at: the password policy, where the stack manages it; all its settings in one rule.
Known limits: multi-factor sign-in, which matters more, is not set here.
Fix: set all fields of `aws.iam.AccountPasswordPolicy`.
Sources: CIS AWS Foundations 3.0.0 1.8 and 1.9; PCI DSS 4.0.1 8.3.6 and 8.3.9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, number
from policies.rule import Resource, Rule, Severity

KINDS = ("requireLowercaseCharacters", "requireUppercaseCharacters", "requireNumbers", "requireSymbols")
LEAST_LENGTH = 14
LEAST_REMEMBERED = 24
MOST_DAYS = 90


def _find(policy: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for kind in KINDS:
        if not is_true(policy.value(kind)):
            yield f"{kind} is not on"
    for setting, least in (("minimumPasswordLength", LEAST_LENGTH), ("passwordReusePrevention", LEAST_REMEMBERED)):
        if not (number(policy.value(setting)) or 0) >= least:
            yield f"{setting} is {policy.value(setting, 'unset')}, expected at least {least}"
    if not 0 < (number(policy.value("maxPasswordAge")) or 0) <= MOST_DAYS:
        yield f"maxPasswordAge is {policy.value('maxPasswordAge', 'unset')}, expected at most {MOST_DAYS}"


RULE = Rule(
    id="RW-PIAM-009",
    title="Passwords of the account are long, mixed and not used again",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:iam/accountPasswordPolicy:AccountPasswordPolicy"}),
    controls=cite(
        "static-credentials",
        "CIS-AWS-3.0:1.8",
        "CIS-AWS-3.0:1.9",
        "CIS-AWS-7.0:2.8",
        "CIS-AWS-7.0:2.9",
        "PCI-DSS-4.0.1:8.3.9",
    ),
    fix="ask for 14 characters, four kinds, 90 days, 24 remembered",
    code='aws.iam.AccountPasswordPolicy("people", minimum_password_length=14, password_reuse_prevention=24)',
    find=_find,
)
