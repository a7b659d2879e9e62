"""Services cannot take foreign addresses.

Requirement: the API server runs the plug-in DenyServiceExternalIPs.
Why it matters: see RW-PSVC-002: whoever may make a service redirects the traffic of every pod.
What it looks at: `--enable-admission-plugins`.
Known limits: an admission policy may do the same: waive the rule there.
Fix: enable it.
Sources: CVE-2020-8554
"""

from __future__ import annotations

from policies.controls import cite
from policies.flags import flag_must_list
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCTL-009",
    title="Services cannot take foreign addresses",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=cite("network-segmentation", "CIS-K8S-2.0.1:1.2.3"),
    fix="enable DenyServiceExternalIPs",
    code="--enable-admission-plugins=NodeRestriction,DenyServiceExternalIPs",
    find=flag_must_list("enable-admission-plugins", "DenyServiceExternalIPs"),
    enforcement=Enforcement.ADVISORY,
)
