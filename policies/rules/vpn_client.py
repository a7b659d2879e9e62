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

from policies.controls import cite
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
    controls=cite("mfa", "remote-sign-in", "audit-logging"),
    fix="use federated authentication and log connections",
    code=(
        'authentication_options=[{"type": "federated-authentication", "saml_provider_arn": '
        'saml.arn}], connection_log_options={"enabled": True}'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
