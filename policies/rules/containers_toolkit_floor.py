"""The container toolkit has no known holes.

Requirement: the NVIDIA container toolkit is at or above its first safe version.
Why it matters: CVE-2024-0132, CVE-2025-23266 and CVE-2026-24260: an image that is merely started owns the node and
every tenant on it.
What it looks at: version of the toolkit, and the catalog's bulletins.
Known limits: the conditions of single holes (CDI, hooks) are not weighed: a safe version is asked for.
Fix: lock a safe version.
Sources: NVIDIA Product Security (bulletin numbers in `rackwright/catalog/data/security.yaml`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.floors import older_than_safe
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(containers: Resource, _: Sequence[Resource]) -> Iterator[str]:
    yield from older_than_safe("container-toolkit", containers.value("toolkit"))


RULE = Rule(
    id="RW-PCNT-001",
    title="The container toolkit has no known holes",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"host:containers"}),
    controls=(
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(5)",
        "SOX-ITGC:DSS05.07",
        "NIST-800-53r5:SI-2",
        "ISO-27001:A.8.8",
        "SOC2:CC7.1",
        "PCI-DSS-4.0.1:6.3.3",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "NIST-800-53r5:SC-4",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:1.2.1",
    ),
    fix="upgrade the container toolkit",
    code="./rw lock <stack> --upgrade",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
