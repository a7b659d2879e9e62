"""Commits are signed by people we know.

Requirement: every commit of an applied change carries a good signature.
Why it matters: a name in a commit is what its writer typed.
What it looks at: signature of each commit.
Known limits: which keys are trusted git's configuration says.
Fix: sign commits.
Sources: SLSA 1.0, source track; NIST SP 800-53 r5 AU-10
"""

from __future__ import annotations

from policies.checks import facts_must_be
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCHG-008",
    title="Commits are signed by people we know",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"pipeline:commit"}),
    controls=(
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(14)",
        "SOX-ITGC:ITGC-PC",
        "NIST-800-53r5:SI-7",
        "NIST-800-53r5:SR-11",
        "ISO-27001:A.8.19",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.3.2",
        "HIPAA:164.312(a)(2)(i)",
        "GDPR:Art.32(4)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-2",
        "ISO-27001:A.5.16",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.2.1",
    ),
    fix="sign commits",
    code="git config commit.gpgsign true",
    find=facts_must_be({"signature": ("good",)}),
    enforcement=Enforcement.ADVISORY,
)
