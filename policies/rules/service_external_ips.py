"""No service takes an address that is not its own.

Requirement: services set no `externalIPs`.
Why it matters: who may create a service with an external address takes over the traffic of every pod to that address
(CVE-2020-8554).
What it looks at: `spec.externalIPs` of services.
Known limits: the admission plug-in DenyServiceExternalIPs refuses it for the whole cluster (RW-PCTL-009).
Fix: remove it, and use a load balancer.
Sources: CVE-2020-8554
"""

from __future__ import annotations

from policies.checks import must_not_be_set
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PSVC-002",
    title="No service takes an address that is not its own",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:core/v1:Service"}),
    controls=(
        "HIPAA:164.308(a)(4)(ii)(A)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-7",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.2.1",
        "CIS-K8S-2.0.1:1.2.3",
    ),
    fix="remove externalIPs",
    code="spec: {externalIPs: []}",
    find=must_not_be_set("spec.externalIPs"),
    enforcement=Enforcement.ADVISORY,
)
