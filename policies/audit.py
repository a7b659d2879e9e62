"""Sources x rules -> findings and, seen from the other side, what is known about each control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from policies.controls import Control, all_controls
from policies.evaluation import evaluate
from policies.profile import Profile
from policies.rule import Finding, Resource, Rule, Status
from policies.waiver import Waiver, apply_waivers


class Standing(StrEnum):
    """What is known about one control. None of these means "compliant": they say what evidence there is."""

    FAILED = "failed"
    NOT_EVALUATED = "not-evaluated"
    WAIVED = "waived"
    PASSED = "passed"
    NOT_APPLICABLE = "not-applicable"
    """There are rules, but nothing in the stack that they apply to."""
    MANUAL = "manual"
    """No rule can judge it; a person must."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One control and what the rules found out."""

    control: Control
    standing: Standing
    rules: tuple[str, ...]
    findings: int
    """Findings behind the standing."""


@dataclass(frozen=True, slots=True)
class AuditResult:
    """Everything one audit came to."""

    profile: Profile
    findings: tuple[Finding, ...]
    """Passed ones included; by status, severity and place."""
    coverage: tuple[Coverage, ...]
    """Controls of the profile's frameworks, or of all that rules cite where the profile has none."""

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that stop an apply."""
        return tuple(finding for finding in self.findings if finding.blocks)

    def counts(self) -> dict[Status, int]:
        """Status -> number of findings, every status present."""
        counted = Counter(finding.status for finding in self.findings)
        return {status: counted[status] for status in Status}


def audit(
    resources: Sequence[Resource], rules: Sequence[Rule], profile: Profile, waivers: Sequence[Waiver], today: date
) -> AuditResult:
    """Judge `resources` by `rules`; `waivers` hold until their last day, `today` included."""
    findings = apply_waivers(evaluate(rules, resources, profile=profile, today=today), waivers, today)
    return AuditResult(profile, tuple(sorted(findings, key=_order)), coverage_of(findings, rules, profile))


def coverage_of(findings: Iterable[Finding], rules: Sequence[Rule], profile: Profile) -> tuple[Coverage, ...]:
    """What is known about each control, by framework and id."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        for control in finding.controls:
            found.setdefault(control, []).append(finding)
    serving: dict[str, list[str]] = {}
    for rule in rules:
        for name in rule.controls:
            serving.setdefault(name, []).append(rule.id)
    frameworks = profile.frameworks or {name.partition(":")[0] for name in serving}
    controls = sorted(control for control in all_controls().values() if control.framework in frameworks)
    return tuple(_coverage(each, serving.get(each.name, []), found.get(each.name, [])) for each in controls)


def _coverage(control: Control, rules: Sequence[str], findings: Sequence[Finding]) -> Coverage:
    return Coverage(control, _standing(rules, findings), tuple(rules), len(findings))


def _standing(rules: Sequence[str], findings: Sequence[Finding]) -> Standing:
    statuses = {finding.status for finding in findings}
    for status, standing in (
        (Status.FAILED, Standing.FAILED),
        (Status.NOT_EVALUATED, Standing.NOT_EVALUATED),
        (Status.WAIVED, Standing.WAIVED),
        (Status.PASSED, Standing.PASSED),
    ):
        if status in statuses:
            return standing
    return Standing.NOT_APPLICABLE if rules else Standing.MANUAL


_STATUS_ORDER = (Status.FAILED, Status.NOT_EVALUATED, Status.WAIVED, Status.PASSED)
_SEVERITY_ORDER = ("critical", "high", "medium", "low")


def _order(finding: Finding) -> tuple[int, int, str, str, str]:
    return (
        _STATUS_ORDER.index(finding.status),
        _SEVERITY_ORDER.index(finding.severity),
        finding.rule,
        finding.urn,
        finding.message,
    )
