"""What was deleted is gone after a while.

Requirement: lifecycle rules end old versions of objects.
Why it matters: a versioned bucket keeps what was "deleted" for ever: a request for erasure is then never carried out.
What it looks at: expiry of non-current versions in lifecycle configurations.
Known limits: object lock holds versions until its own end, as the law for financial records asks.
Fix: add `noncurrent_version_expiration`.
Sources: GDPR Art. 17; Cal. Civ. Code 1798.105; 11 CCR 7022(b)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_DAYS = 2555
"""Seven years: the longest that a duty of this project asks for (17 CFR 210.2-06)."""


def _find(configuration: Resource, _: Sequence[Resource]) -> Iterator[str]:
    rules = [rule for rule in maps(configuration, "rules") if rule.value("status") == "Enabled"]
    days = [number(rule.value("noncurrentVersionExpiration.noncurrentDays")) for rule in rules]
    given = [each for each in days if each is not None]
    if not given:
        yield "deleted objects are kept for ever as old versions"
    elif max(given) > MOST_DAYS:
        yield f"old versions are kept for {max(given):g} days, expected at most {MOST_DAYS}"


RULE = Rule(
    id="RW-PDAT-001",
    title="What was deleted is gone after a while",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"}),
    controls=cite(
        "secure-deletion",
        "HIPAA:164.316(b)(2)(i)",
        "GDPR:Art.5(1)(e)",
        "CCPA:1798.100(a)(3)",
        "CCPA-REGS:7123(c)(16)",
        "NIST-800-53r5:SI-12",
        "SOC2:C1.1",
        "PCI-DSS-4.0.1:3.2.1",
    ),
    fix="end non-current versions",
    code='noncurrent_version_expiration={"noncurrent_days": 90}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
