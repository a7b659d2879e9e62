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

from policies.controls import cite
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
    controls=cite("privileged-access", "tenant-isolation"),
    fix="close the socket and empty its group",
    code="chmod 0660 /run/docker.sock && gpasswd -d alice docker",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
