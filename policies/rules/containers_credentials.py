"""No key to a registry lies in plain text.

Requirement: no file holds registry credentials in plain text.
Why it matters: an NGC key on a node is read by its next user; it downloads and pushes in the organisation's name.
What it looks at: paths where the collector found credentials; never what they hold.
Known limits: a file that only root may read is listed too.
Fix: use a credential helper, or the node's role (ECR).
Sources: Docker documentation, "Credential stores"
"""

from __future__ import annotations

from policies.checks import facts_must_be_empty
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCNT-007",
    title="No key to a registry lies in plain text",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:containers"}),
    controls=cite("secrets"),
    fix="use a credential helper",
    code='{"credHelpers": {"nvcr.io": "ecr-login"}}',
    find=facts_must_be_empty("storedCredentials", because="registry credentials in plain text"),
    enforcement=Enforcement.ADVISORY,
)
