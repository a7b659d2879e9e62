"""What a run came to, as lines; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from policies.audit import AuditResult
from policies.rule import Status
from rackwright.outcome import Check, Verdict

MESSAGES_SHOWN = 3
"""Messages of one rule before the rest is counted."""
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


def failures_that_stop_nothing(audit: AuditResult | None) -> Iterator[str]:
    """What failed and stops no apply, a line for each rule: ``  advisory RW-PLCK-002 <title>: <message>; and 4 more``.

    What stops one is told by the refusal.
    """
    failed: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for finding in audit.findings if audit is not None else ():
        if finding.status is Status.FAILED and not finding.blocks:
            failed[finding.enforcement.value, finding.rule, finding.title].append(finding.message)
    for (enforcement, rule, title), messages in failed.items():
        more = f"; and {len(messages) - MESSAGES_SHOWN} more" if len(messages) > MESSAGES_SHOWN else ""
        yield f"  {enforcement} {rule} {title}: {'; '.join(messages[:MESSAGES_SHOWN])}{more}"
