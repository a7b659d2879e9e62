"""The firewall says what it stopped.

Requirement: firewalls write alerts and flows to a log.
Why it matters: a dropped connection to a command server is the first sign of a broken-in node.
What it looks at: logging configurations of the stack.
Known limits: how long the logs are kept is judged there.
Fix: add a logging configuration.
Sources: AWS Network Firewall Developer Guide, "Logging network traffic"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

LOGGING = "aws:networkfirewall/loggingConfiguration:LoggingConfiguration"
WANTED = ("ALERT", "FLOW")


def _find(firewall: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, LOGGING, "firewallArn", firewall, "arn")
    kinds = [log.value("logType") for each in mine for log in maps(each, "loggingConfiguration.logDestinationConfigs")]
    missing = [kind for kind in WANTED if kind not in kinds]
    if missing:
        yield f"not logged: {', '.join(missing)}"


RULE = Rule(
    id="RW-PNET-018",
    title="The firewall says what it stopped",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:networkfirewall/firewall:Firewall"}),
    controls=cite(
        "audit-logging",
        "HIPAA:164.308(a)(1)(ii)(D)",
        "GDPR:Art.33(1)",
        "CCPA-REGS:7123(c)(8)",
        "SOX-ITGC:DSS05.07",
        "NIST-800-53r5:AU-6",
        "NIST-800-53r5:SI-4",
        "ISO-27001:A.8.16",
        "PCI-DSS-4.0.1:10.4.1.1",
    ),
    fix="add a logging configuration",
    code=('aws.networkfirewall.LoggingConfiguration("log", firewall_arn=firewall.arn, logging_configuration=...)'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
