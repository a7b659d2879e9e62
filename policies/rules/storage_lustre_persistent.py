"""FSx for Lustre is of a kind that encrypts in transit and can use the customer's key.

Requirement: every Lustre file system has deployment type ``PERSISTENT_2``.
Why it matters: ``SCRATCH_1``, the API's default, does not encrypt traffic; no scratch type takes a customer's key or
keeps data when a server fails. So the usual advice "set a key" cannot be followed there.
What it looks at: `deploymentType` of Lustre file systems.
Known limits: encryption in transit also needs client instances of a type that supports it.
Fix: set `deployment_type` to ``PERSISTENT_2``; this replaces the file system, so copy the data first.
Sources: Amazon FSx for Lustre User Guide, "Encrypting data in transit" and "Encrypting data at rest".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = "PERSISTENT_2"


def _find(system: Resource, _: Sequence[Resource]) -> Iterator[str]:
    kind = system.value("deploymentType", "SCRATCH_1")
    if kind != WANTED:
        yield f"deploymentType is {kind!r}, expected {WANTED!r}"


RULE = Rule(
    id="RW-PSTO-004",
    title="FSx for Lustre is of a kind that encrypts in transit and can use the customer's key",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:fsx/lustreFileSystem:LustreFileSystem"}),
    controls=(
        "HIPAA:164.312(a)(2)(iv)",
        "HIPAA:164.312(e)(2)(ii)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS06.06",
        "NIST-800-53r5:SC-8(1)",
        "NIST-800-53r5:SC-28(1)",
        "ISO-27001:A.8.24",
        "SOC2:CC6.7",
        "PCI-DSS-4.0.1:4.2.1",
    ),
    fix="set deploymentType to 'PERSISTENT_2'",
    code='deployment_type="PERSISTENT_2"',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
