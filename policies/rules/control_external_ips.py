"""Services cannot take foreign addresses.

Requirement: the API server runs the plug-in DenyServiceExternalIPs.
Why it matters: see RW-PSVC-002: whoever may make a service redirects the traffic of every pod.
What it looks at: `--enable-admission-plugins`.
Known limits: an admission policy may do the same: waive the rule there.
Fix: enable it.
Sources: CVE-2020-8554
"""

from __future__ import annotations

from policies.flags import flag_must_list
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCTL-009",
    title="Services cannot take foreign addresses",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
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
    fix="enable DenyServiceExternalIPs",
    code="--enable-admission-plugins=NodeRestriction,DenyServiceExternalIPs",
    find=flag_must_list("enable-admission-plugins", "DenyServiceExternalIPs"),
    enforcement=Enforcement.ADVISORY,
)
