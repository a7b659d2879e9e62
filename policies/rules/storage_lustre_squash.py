"""Root of a node is not root of the file system.

Requirement: Lustre file systems squash root of the nodes.
Why it matters: root on one node reads and changes every tenant's files otherwise.
What it looks at: `rootSquashConfiguration`.
Known limits: control nodes can be excepted by their addresses; on a cluster of one tenant it is a matter of taste,
hence advice only.
Fix: set root squash to 65534:65534 or another account.
Sources: Amazon FSx for Lustre User Guide, "Lustre root squash"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rule import Enforcement, Resource, Rule, Severity


def _find(system: Resource, _: Sequence[Resource]) -> Iterator[str]:
    squash = str(system.value("rootSquashConfiguration.rootSquash", "0:0"))
    if squash.partition(":")[0] == "0":
        yield "root of every node is root of the file system"


RULE = Rule(
    id="RW-PSTO-023",
    title="Root of a node is not root of the file system",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:fsx/lustreFileSystem:LustreFileSystem"}),
    controls=(
        "HIPAA:164.308(a)(3)(ii)(A)",
        "GDPR:Art.32(4)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:AC-6(5)",
        "ISO-27001:A.8.2",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:8.2.2",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "NIST-800-53r5:SC-4",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:1.2.1",
    ),
    fix="squash root",
    code='root_squash_configuration={"root_squash": "65534:65534"}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    confidence=Severity.LOW,
)
