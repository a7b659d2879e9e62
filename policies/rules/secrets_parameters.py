"""Parameters with secrets are encrypted with the cluster's key.

Requirement: SSM parameters whose name sounds like a secret are SecureStrings, and SecureStrings name a key.
Why it matters: a plain parameter is readable to whoever may read configuration.
What it looks at: type, key and name of parameters; values are never quoted.
Known limits: a secret under a harmless name is found where its value looks like one.
Fix: use SecureString with a key, or Secrets Manager.
Sources: AWS Systems Manager User Guide, "Parameter Store"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import KEY, is_set
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.secrecy import kinds_of_secret, sounds_secret


def _find(parameter: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if parameter.value("type") == "SecureString":
        if not is_set(parameter, "keyId", source=KEY):
            yield "keyId is not set: AWS's own key encrypts it"
        return
    value = parameter.props.get("value")
    named = sounds_secret(str(parameter.value("name", parameter.name)))
    if named or (isinstance(value, str) and any(kinds_of_secret(value))):
        yield "it seems to hold a secret in a plain parameter"


RULE = Rule(
    id="RW-PSEC-004",
    title="Parameters with secrets are encrypted with the cluster's key",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:ssm/parameter:Parameter"}),
    controls=cite(
        "secrets",
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA:1798.150(a)(1)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.06",
        "NIST-800-53r5:SC-28",
        "ISO-27001:A.8.24",
        "PCI-DSS-4.0.1:3.5.1",
    ),
    fix="use SecureString with a key",
    code='type="SecureString", key_id=key.arn',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
