"""Who comes in by client VPN is known and recorded.

Requirement: client VPN endpoints authenticate against a directory or an identity provider, log connections, and end
sessions within a day.
Why it matters: a certificate alone is a file that is copied; without a log nobody knows who came in.
What it looks at: authentication, connection log and session time-out of endpoints.
Known limits: whether the identity provider asks for a second factor only it knows.
Fix: use federated authentication.
Sources: AWS Client VPN Administrator Guide
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true, maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_HOURS = 24


def _find(endpoint: Resource, _: Sequence[Resource]) -> Iterator[str]:
    kinds = {str(each.value("type", "")) for each in maps(endpoint, "authenticationOptions")}
    if kinds <= {"certificate-authentication"}:
        yield "people come in by certificate alone"
    if not is_true(endpoint.value("connectionLogOptions.enabled")):
        yield "connections are not logged"
    hours = number(endpoint.value("sessionTimeoutHours", MOST_HOURS))
    if hours is None or hours > MOST_HOURS:
        yield f"sessions last {hours} hours, expected at most {MOST_HOURS}"


RULE = Rule(
    id="RW-PVPN-004",
    title="Who comes in by client VPN is known and recorded",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:ec2clientvpn/endpoint:Endpoint"}),
    controls=(
        "HIPAA:164.312(d)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(1)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-2(1)",
        "ISO-27001:A.8.5",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.4.2",
        "HIPAA:164.312(a)(2)(iii)",
        "CCPA-REGS:7123(c)(11)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:AC-17",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:8.2.8",
        "HIPAA:164.312(b)",
        "GDPR:Art.5(2)",
        "CCPA-REGS:7123(c)(7)",
        "SOX-ITGC:DSS06.05",
        "NIST-800-53r5:AU-2",
        "NIST-800-53r5:AU-12",
        "ISO-27001:A.8.15",
        "SOC2:CC7.2",
        "PCI-DSS-4.0.1:10.2.1",
    ),
    fix="use federated authentication and log connections",
    code=(
        'authentication_options=[{"type": "federated-authentication", "saml_provider_arn": '
        'saml.arn}], connection_log_options={"enabled": True}'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
