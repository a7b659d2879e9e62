"""Few may command the container runtime.

Requirement: the runtime's socket is closed to others, and its group has no users.
Why it matters: who writes to the socket is root, and reads every tenant's container.
What it looks at: mode of the socket and members of its group.
Known limits: a group of administrators is accepted by its name (`admins`, `sudo`).
Fix: chmod 0660, and empty the group.
Sources: Docker documentation, "Protect the Docker daemon socket"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.filemodes import excess, mode_of
from policies.reading import known, texts
from policies.rule import Enforcement, Resource, Rule, Severity

MOST = 0o660


def _find(containers: Resource, _: Sequence[Resource]) -> Iterator[str]:
    written = known(containers, "socketMode")
    mode = mode_of({"mode": written})
    if mode is None or excess(mode, MOST):
        yield f"the runtime's socket has mode {written}, expected {MOST:04o} or less"
    members = texts(known(containers, "socketGroup"))
    if members:
        yield f"members of the socket's group: {', '.join(members)}"


RULE = Rule(
    id="RW-PCNT-006",
    title="Few may command the container runtime",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:containers"}),
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
    fix="close the socket and empty its group",
    code="chmod 0660 /run/docker.sock && gpasswd -d alice docker",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
