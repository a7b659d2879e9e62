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
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PSTO-024",
    title="Failures of the file system's copies are logged",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:fsx/lustreFileSystem:LustreFileSystem"}),
    controls=cite("audit-logging"),
    fix="log warnings and errors",
    code='log_configuration={"level": "WARN_ERROR"}',
    find=must_be("logConfiguration.level", "WARN_ERROR", "WARN_ONLY", "ERROR_ONLY"),
    enforcement=Enforcement.ADVISORY,
)
