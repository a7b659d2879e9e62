"""The fabric's keys and partitions are root's.

Requirement: opensm.conf and partitions.conf belong to root and are closed to readers.
Why it matters: they hold the M_Key and say who may talk to whom.
What it looks at: owner and mode of the files on the host that runs opensm.
Known limits: at the design there are no files yet: not evaluated.
Fix: chmod 0600.
Sources: InfiniBand Architecture Specification 1.7, volume 1, chapters 10 and 14; opensm(8)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.filemodes import PRIVATE, loose
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(subnet: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(subnet, "files")
    yield from loose(subnet, "files", most=PRIVATE)


RULE = Rule(
    id="RW-PFAB-007",
    title="The fabric's keys and partitions are root's",
    severity=Severity.HIGH,
    applies_to=frozenset({"fabric:subnet"}),
    controls=cite("key-management", "file-integrity"),
    fix="chmod 0600 opensm.conf",
    code="chmod 0600 /etc/opensm/opensm.conf",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
