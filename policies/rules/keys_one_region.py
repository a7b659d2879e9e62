"""Keys stay in their region.

Requirement: no key is a multi-region key.
Why it matters: a replica of the key in another region is what makes a copy of the data there readable; a promise of
residency ends with it.
What it looks at: `multiRegion` of keys.
Known limits: none known.
Fix: leave `multi_region` out.
Sources: AWS KMS Developer Guide, "Multi-Region keys in AWS KMS" (security considerations); GDPR Art. 44.
"""

from __future__ import annotations

from policies.checks import must_be_off
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PKEY-006",
    title="Keys stay in their region",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:kms/key:Key"}),
    controls=cite("data-residency"),
    fix="make it a key of one region",
    code="multi_region=False",
    find=must_be_off("multiRegion"),
    enforcement=Enforcement.ADVISORY,
)
