"""Backups and images stay where the data may be.

Requirement: backup plans and the registry copy nothing to another region.
Why it matters: a copy in another country is a transfer; nobody remembers it when the contract is written.
What it looks at: copy actions of backup plans, destinations of the registry, and the region in each ARN.
Known limits: a copy within the region passes; whether another region is allowed only the spec says: waive the rule
with it.
Fix: remove the copy, or waive it with the legal basis.
Sources: GDPR Art. 44 to 49
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import maps
from policies.rule import Enforcement, Resource, Rule, Severity

REGION_PART = 3
"""Place of the region in an ARN."""


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    here = resource.value("region") or _region(str(resource.value("arn", "")))
    for rule in maps(resource, "rules"):
        for copy in maps(rule, "copyActions"):
            there = _region(str(copy.value("destinationVaultArn", "")))
            if there and there != here:
                yield f"{rule.name} copies to {there}"
    for rule in maps(resource, "replicationConfiguration.rules"):
        for destination in maps(rule, "destinations"):
            if destination.value("region") != here:
                yield f"images are copied to {destination.value('region')}"


def _region(arn: str) -> str:
    parts = arn.split(":")
    return parts[REGION_PART] if len(parts) > REGION_PART else ""


RULE = Rule(
    id="RW-PDAT-004",
    title="Backups and images stay where the data may be",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:backup/plan:Plan", "aws:ecr/replicationConfiguration:ReplicationConfiguration"}),
    controls=(
        "GDPR:Art.44",
        "GDPR:Art.30(1)(e)",
        "CCPA:1798.100(d)",
        "NIST-800-53r5:SA-9(5)",
        "ISO-27001:A.5.14",
        "SOC2:C1.1",
    ),
    fix="copy within the region only",
    code="copy_actions=[]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
