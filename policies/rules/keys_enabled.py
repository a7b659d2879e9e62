"""Keys are enabled.

Requirement: no key of the stack is disabled.
Why it matters: what a disabled key encrypted cannot be read: nodes do not start, file systems go read-only, logs are
dropped.
What it looks at: `isEnabled`; AWS takes true when it is absent.
Known limits: none known.
Fix: set `is_enabled` or remove the key from use.
Sources: AWS KMS Developer Guide, "Enable and disable keys".
"""

from __future__ import annotations

from policies.checks import must_be_on
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PKEY-005",
    title="Keys are enabled",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:kms/key:Key"}),
    controls=cite("key-custody"),
    fix="enable the key",
    code="is_enabled=True",
    find=must_be_on("isEnabled", default=True),
    enforcement=Enforcement.ADVISORY,
)
