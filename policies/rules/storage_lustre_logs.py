"""Failures of the file system's copies are logged.

Requirement: Lustre file systems log warnings and errors of their data repositories.
Why it matters: an export that fails for a week is data that is not in the bucket.
What it looks at: `logConfiguration`.
Known limits: file systems without data repositories have little to log, and are asked the same.
Fix: set the level to WARN_ERROR.
Sources: Amazon FSx for Lustre User Guide, "Logging with Amazon CloudWatch Logs"
"""

from __future__ import annotations

from policies.checks import must_be
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PSTO-024",
    title="Failures of the file system's copies are logged",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:fsx/lustreFileSystem:LustreFileSystem"}),
    controls=(
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
    fix="log warnings and errors",
    code='log_configuration={"level": "WARN_ERROR"}',
    find=must_be("logConfiguration.level", "WARN_ERROR", "WARN_ONLY", "ERROR_ONLY"),
    enforcement=Enforcement.ADVISORY,
)
