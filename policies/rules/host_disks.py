"""Disks and swap are encrypted.

Requirement: every local disk that holds data, and swap, is encrypted.
Why it matters: a drive that is replaced under warranty leaves the building with the last job's data.
What it looks at: disks with a mount or swap; EFI and boot partitions are left out.
Known limits: disks of the cloud are encrypted below the host: what the provider says is judged there (RW-PSTO-001);
instance NVMe of AWS is encrypted by hardware.
Fix: use LUKS with a key that is made at each boot for scratch.
Sources: NIST SP 800-88 r1; HHS guidance on unsecured PHI (45 CFR 164.402)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(host, "disks")
    for disk in maps(host, "disks"):
        mount, swap = disk.value("mount"), is_true(disk.value("swap"))
        if is_true(disk.value("encrypted")) or str(mount or "").startswith("/boot"):
            continue
        if mount or swap:
            yield f"{disk.value('name', disk.name)} ({'swap' if swap else mount}) is not encrypted"


RULE = Rule(
    id="RW-PHST-036",
    title="Disks and swap are encrypted",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("encrypted-data-and-keys", "secure-deletion"),
    fix="encrypt with LUKS",
    code="cryptsetup luksFormat --type luks2 /dev/nvme1n1",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
