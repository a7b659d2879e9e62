"""The subnet manager asks for a key.

Requirement: management packets carry a secret M_Key at protection level 2 or 3, with a lease that ends.
Why it matters: without it any host reprograms switches and other hosts' partitions with a tool that every driver
brings.
What it looks at: key, protection level and lease of the subnet.
Known limits: at the design only the wish is known: level and lease are judged on the host that runs the manager.
Fix: set `management_key: true`; the role writes the key.
Sources: InfiniBand Architecture Specification 1.7, volume 1, chapters 10 and 14; opensm(8)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, number
from policies.rule import Enforcement, Resource, Rule, Severity

LEAST_LEVEL = 2


def _find(subnet: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(subnet, "managementKey")):
        yield "management packets carry no M_Key"
        return
    level = number(subnet.value("keyProtection"))
    if level is not None and level < LEAST_LEVEL:
        yield f"the M_Key is protected at level {level:g}, expected {LEAST_LEVEL} or 3"
    if number(subnet.value("keyLeaseSeconds")) == 0:
        yield "the lease of the M_Key never ends: a lost manager locks the ports"


RULE = Rule(
    id="RW-PFAB-001",
    title="The subnet manager asks for a key",
    severity=Severity.HIGH,
    applies_to=frozenset({"fabric:subnet"}),
    controls=cite(
        "tenant-isolation",
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "NIST-800-53r5:SC-12",
        "ISO-27001:A.8.24",
        "PCI-DSS-4.0.1:3.6.1",
    ),
    fix="set fabric.management_key",
    code="fabric: {management_key: true}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
