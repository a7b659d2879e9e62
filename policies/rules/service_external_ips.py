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
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PSVC-002",
    title="No service takes an address that is not its own",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:core/v1:Service"}),
    controls=cite("network-segmentation", "CIS-K8S-2.0.1:1.2.3"),
    fix="remove externalIPs",
    code="spec: {externalIPs: []}",
    find=must_not_be_set("spec.externalIPs"),
    enforcement=Enforcement.ADVISORY,
)
