"""Which rules stop an apply: decided by what the spec promises (`compliance:`) and holds (`data.classification`).

Profiles are data. A rule says by itself only whether it holds for everybody (`Enforcement.MANDATORY`); the rest follows
from the frameworks whose controls it serves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.rule import Enforcement, Rule, Severity

FRAMEWORKS: dict[str, frozenset[str]] = {
    "hipaa": frozenset({"HIPAA"}),
    "gdpr": frozenset({"GDPR"}),
    "ccpa": frozenset({"CCPA", "CCPA-REGS"}),
    "sox": frozenset({"SOX", "SOX-ITGC"}),
    "nist-800-53": frozenset({"NIST-800-53r5"}),
    "nist-800-171": frozenset({"NIST-800-171r2"}),
    "fedramp-moderate": frozenset({"FEDRAMP-MODERATE", "NIST-800-53r5"}),
    "iso-27001": frozenset({"ISO-27001"}),
    "soc2": frozenset({"SOC2"}),
    "pci-dss": frozenset({"PCI-DSS-4.0.1"}),
    "cis": frozenset(
        {
            "CIS-AWS-3.0",
            "CIS-AWS-4.0",
            "CIS-AWS-5.0",
            "CIS-AWS-6.0",
            "CIS-AWS-7.0",
            "CIS-K8S-2.0.1",
            "CIS-UBUNTU-24.04",
        }
    ),
}
"""Word of the spec's `compliance:` -> frameworks of the control ids that become mandatory."""

CLASSIFICATIONS: dict[str, frozenset[str]] = {
    "public": frozenset(),
    "internal": frozenset(),
    "pii": frozenset({"gdpr", "ccpa"}),
    "phi": frozenset({"hipaa"}),
    "financial": frozenset({"sox"}),
}
"""Class of the data -> words that hold even where the spec forgets to list them."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is mandatory for one stack."""

    name: str
    """What was asked for, for people: ``phi: hipaa, sox``."""
    frameworks: frozenset[str]
    """Frameworks of control ids (``HIPAA``) that are mandatory."""

    def enforcement(self, rule: Rule) -> Enforcement:
        """What a violation of `rule` does under this profile. What a rule is not sure of never stops anything."""
        if rule.enforcement is Enforcement.MANDATORY:
            return Enforcement.MANDATORY
        if rule.confidence is Severity.LOW:
            return Enforcement.ADVISORY
        mine = {control.partition(":")[0] for control in rule.controls}
        return Enforcement.MANDATORY if mine & self.frameworks else Enforcement.ADVISORY


def profile_of(compliance: Iterable[str], classification: str) -> Profile:
    """Profile of a spec's `compliance:` and `data.classification`. A word that is not in `FRAMEWORKS` adds nothing."""
    words = {*compliance, *CLASSIFICATIONS.get(classification, frozenset())}
    known = [FRAMEWORKS[word] for word in words if word in FRAMEWORKS]
    return Profile(f"{classification}: {', '.join(sorted(words)) or 'baseline'}", frozenset().union(*known))


BASELINE = profile_of((), "internal")
"""Only what holds for everybody."""

STRICTEST = Profile("everything is mandatory", frozenset().union(*FRAMEWORKS.values()))
"""For a stack whose spec cannot be found."""
