"""What a run came to, as lines; pure."""

from __future__ import annotations

from policies.audit import AuditResult
from policies.rule import Status
from rackwright.outcome import Check, Verdict

FOUND_SHOWN = 160
"""Characters of what a check found; the report has all of it."""


def failure_line(check: Check) -> str:
    """One failed check: where, what, what was found in place of what, and what to do."""
    found = f"{check.actual[:FOUND_SHOWN] or 'nothing'}, expected {check.expected}" if check.expected else ""
    return ": ".join(part for part in (check.host or "cluster", check.title, found, check.reason) if part)


def checks_line(checks: tuple[Check, ...]) -> str:
    """``212 passed, 0 failed, 31 not evaluated``."""
    count = {verdict: sum(check.verdict is verdict for check in checks) for verdict in Verdict}
    words = {Verdict.PASSED: "passed", Verdict.FAILED: "failed", Verdict.NOT_EVALUATED: "not evaluated"}
    return ", ".join(f"{count[verdict]} {word}" for verdict, word in words.items())


def findings_line(audit: AuditResult | None) -> str:
    """``policies  54 passed, 0 failed, 5 not evaluated, 0 waived``."""
    if audit is None:
        return "policies  not evaluated"
    count = audit.counts()
    words = ((Status.PASSED, "passed"), (Status.FAILED, "failed"), (Status.NOT_EVALUATED, "not evaluated"))
    waived = f", {count[Status.WAIVED]} waived" if count[Status.WAIVED] else ""
    return "policies  " + ", ".join(f"{count[status]} {word}" for status, word in words) + waived
