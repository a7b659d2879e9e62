"""Waivers: a rule set aside by somebody, for a reason, for a time. One that is past, idle or too wide is a finding."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Protocol

from policies.rule import Enforcement, Finding, Severity, Status

SOON = timedelta(days=30)
"""A waiver that ends within this time is named, so that it does not lapse unnoticed."""

MOST_RESOURCES = 20
"""A waiver that sets aside violations of more resources than this is too broad, however its scope is written."""

EXPIRED, UNUSED, TOO_BROAD, ENDS_SOON = "RW-PWVR-001", "RW-PWVR-002", "RW-PWVR-003", "RW-PWVR-004"
UNAPPROVED = "RW-PWVR-005"


class Written(Protocol):
    """A waiver as a spec has it."""

    @property
    def rule(self) -> str:
        """Id of the rule."""

    @property
    def scope(self) -> str:
        """What it is for."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def owner(self) -> str:
        """Who answers for it."""

    @property
    def expires(self) -> date:
        """Last day."""

    @property
    def approver(self) -> str | None:
        """Who approved it."""


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
    """Somebody other than the owner; without one the waiver does not hold."""

    @classmethod
    def of(cls, written: Written) -> Waiver:
        """The waiver that a spec has."""
        return cls(written.rule, written.scope, written.reason, written.owner, written.expires, written.approver)

    @property
    def is_approved(self) -> bool:
        """Whether somebody other than its owner approved it."""
        return self.approver is not None and self.approver.casefold() != self.owner.casefold()

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
    valid = [waiver for waiver in waivers if waiver.expires >= today and waiver.is_approved]
    judged = [_waive(finding, valid) for finding in findings]
    return [*judged, *_on_waivers(findings, waivers, today)]


def _waive(finding: Finding, waivers: Iterable[Waiver]) -> Finding:
    if finding.status is not Status.FAILED:
        return finding
    waiver = next((each for each in waivers if each.covers(finding)), None)
    if waiver is None:
        return finding
    people = f"by {waiver.owner}, approved by {waiver.approver}"
    note = f"{finding.message} (waived until {waiver.expires.isoformat()} {people}: {waiver.reason})"
    return replace(finding, status=Status.WAIVED, message=note)


def _on_waivers(findings: Sequence[Finding], waivers: Sequence[Waiver], today: date) -> Iterable[Finding]:
    failed = [finding for finding in findings if finding.status is Status.FAILED]
    for waiver in waivers:
        if waiver.expires < today:
            message = f"ended on {waiver.expires.isoformat()}, {(today - waiver.expires).days} days ago"
            yield _finding(waiver, EXPIRED, Severity.HIGH, message, "renew it with a reason, or remove it")
            continue
        yield from _on_valid(waiver, {finding.urn for finding in failed if waiver.covers(finding)}, today)


def _on_valid(waiver: Waiver, covered: Collection[str], today: date) -> Iterable[Finding]:
    if not waiver.is_approved:
        who = "nobody" if waiver.approver is None else "its owner alone"
        yield _finding(
            waiver, UNAPPROVED, Severity.HIGH, f"was approved by {who} and does not hold", "name an approver"
        )
    if waiver.expires - today <= SOON:
        message = f"ends on {waiver.expires.isoformat()}, in {(waiver.expires - today).days} days"
        yield _finding(waiver, ENDS_SOON, Severity.LOW, message, "fix what it covers, or have it renewed")
    if not waiver.scope.strip("*?.:"):
        yield _finding(waiver, TOO_BROAD, Severity.MEDIUM, "covers every resource", "name the resources")
    elif len(covered) > MOST_RESOURCES:
        yield _finding(waiver, TOO_BROAD, Severity.MEDIUM, f"covers {len(covered)} resources", "fix the cause")
    if not covered:
        yield _finding(waiver, UNUSED, Severity.LOW, "covers no violation", "remove it")


def _finding(waiver: Waiver, rule: str, severity: Severity, message: str, fix: str) -> Finding:
    return Finding(
        rule=rule,
        title="Waivers are valid, approved, used and narrow",
        severity=severity,
        enforcement=Enforcement.ADVISORY,
        status=Status.FAILED,
        urn=f"waiver::{waiver.rule}::{waiver.scope}",
        resource_type="waiver",
        message=f"waiver of {waiver.rule} for {waiver.scope!r} by {waiver.owner} {message}",
        fix=fix,
        controls=("SOX-ITGC:ITGC-PC", "SOX-ITGC:DSS06.03", "NIST-800-53r5:CM-3", "NIST-800-53r5:AC-5"),
    )
