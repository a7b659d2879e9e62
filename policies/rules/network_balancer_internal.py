"""Load balancers are inside, and write a log.

Requirement: load balancers are internal and write access logs.
Why it matters: a dashboard, a notebook or a model on the internet is found within the hour.
What it looks at: scheme and access logs.
Known limits: a balancer that serves the public on purpose: waive the rule with its name.
Fix: set `internal`, and a log bucket.
Sources: Elastic Load Balancing User Guide, "Access logs"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(balancer: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(balancer.value("internal")):
        yield "it is on the internet"
    if not is_true(balancer.value("accessLogs.enabled")):
        yield "it writes no access log"


RULE = Rule(
    id="RW-PNET-021",
    title="Load balancers are inside, and write a log",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:lb/loadBalancer:LoadBalancer"}),
    controls=(
        "HIPAA:164.312(e)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(11)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-7",
        "NIST-800-53r5:AC-3",
        "ISO-27001:A.8.20",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.3.1",
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
    fix="set internal and access_logs",
    code='internal=True, access_logs={"bucket": logs.bucket, "enabled": True}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
