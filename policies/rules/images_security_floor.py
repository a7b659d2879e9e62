"""The GPU stack has no known holes.

Requirement: each product of the lock is at or above the first safe version of its line in the vendor's security
bulletins.
Why it matters: a container that breaks out of an old container toolkit owns the node and every tenant's job on it;
NVIDIA publishes such fixes several times a year.
What it looks at: products and versions of the lock, and the bulletins in the catalog (with number and date).
Known limits: knows the bulletins up to the day the catalog was read; a line of releases that no bulletin speaks about
passes.
Fix: run ``./rw lock <stack> --upgrade``.
Sources: NVIDIA Product Security, https://www.nvidia.com/en-us/security/ (bulletin numbers in
`rackwright/catalog/data/security.yaml`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.floors import older_than_safe
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(software: Resource, _: Sequence[Resource]) -> Iterator[str]:
    yield from older_than_safe(software.name, software.value("version", ""))


RULE = Rule(
    id="RW-PIMG-004",
    title="The GPU stack has no known holes",
    severity=Severity.HIGH,
    applies_to=frozenset({"lock:software"}),
    controls=(
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(5)",
        "NIST-800-53r5:SI-2",
        "ISO-27001:A.8.8",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:6.3.3",
    ),
    fix="upgrade the lock",
    code="./rw lock <stack> --upgrade",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
