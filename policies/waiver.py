"""Waivers: a rule set aside by somebody, for a reason, for a time. One that is past, idle or too wide is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase

from policies.rule import Enforcement, Finding, Severity, Status

SOON = timedelta(days=30)
"""A waiver that ends within this time is named, so that it does not lapse unnoticed."""

EXPIRED, UNUSED, TOO_BROAD, ENDS_SOON = "RW-PWVR-001", "RW-PWVR-002", "RW-PWVR-003", "RW-PWVR-004"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One exception."""

    rule: str
    scope: str
    """Name or URN of the resources it is for, with ``*`` and ``?``; ``pools.train`` means what belongs to `train`."""
    reason: str
    owner: str
    expires: date
    """Last day on which it holds."""
    approver: str | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether `finding` is what the waiver is for, whatever the date."""
        if finding.rule != self.rule:
            return False
        name = finding.urn.rpartition("::")[2]
        if fnmatchcase(name, self.scope) or fnmatchcase(finding.urn, self.scope):
            return True
        item = self.scope.rpartition(".")[2]
        return item != self.scope and f"-{item}-" in f"-{name}-"


def apply_waivers(findings: Sequence[Finding], waivers: Sequence[Waiver], today: date) -> list[Finding]:
    """`findings` with the violations that a valid waiver covers set to `waived`, and findings on the waivers."""
    valid = [waiver for waiver in waivers if waiver.expires >= today]
    judged = [_waive(finding, valid) for finding in findings]
    return [*judged, *_on_waivers(findings, waivers, today)]


def _waive(finding: Finding, waivers: Iterable[Waiver]) -> Finding:
    if finding.status is not Status.FAILED:
        return finding
    waiver = next((each for each in waivers if each.covers(finding)), None)
    if waiver is None:
        return finding
    note = f"{finding.message} (waived until {waiver.expires.isoformat()} by {waiver.owner}: {waiver.reason})"
    return replace(finding, status=Status.WAIVED, message=note)


def _on_waivers(findings: Sequence[Finding], waivers: Sequence[Waiver], today: date) -> Iterable[Finding]:
    failed = [finding for finding in findings if finding.status is Status.FAILED]
    for waiver in waivers:
        if waiver.expires < today:
            message = f"ended on {waiver.expires.isoformat()}, {(today - waiver.expires).days} days ago"
            yield _finding(waiver, EXPIRED, Severity.HIGH, message, "renew it with a reason, or remove it")
            continue
        if waiver.expires - today <= SOON:
            message = f"ends on {waiver.expires.isoformat()}, in {(waiver.expires - today).days} days"
            yield _finding(waiver, ENDS_SOON, Severity.LOW, message, "fix what it covers, or have it renewed")
        if waiver.scope == "*":
            yield _finding(waiver, TOO_BROAD, Severity.MEDIUM, "covers every resource", "name the resources")
        if not any(waiver.covers(finding) for finding in failed):
            yield _finding(waiver, UNUSED, Severity.LOW, "covers no violation", "remove it")


def _finding(waiver: Waiver, rule: str, severity: Severity, message: str, fix: str) -> Finding:
    return Finding(
        rule=rule,
        title="Waivers are valid, used and narrow",
        severity=severity,
        enforcement=Enforcement.ADVISORY,
        status=Status.FAILED,
        urn=f"waiver::{waiver.rule}::{waiver.scope}",
        resource_type="waiver",
        message=f"waiver of {waiver.rule} for {waiver.scope!r} by {waiver.owner} {message}",
        fix=fix,
        controls=("SOX-ITGC:ITGC-PC", "NIST-800-53r5:CM-3"),
    )
