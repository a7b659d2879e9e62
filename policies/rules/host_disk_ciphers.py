"""Disks are encrypted well.

Requirement: LUKS volumes use AES in XTS mode with 512 bits, or 256 at least.
Why it matters: an old volume keeps the cipher that it was made with.
What it looks at: cipher and key size of encrypted disks that tell them.
Known limits: hardware encryption tells no cipher and passes.
Fix: make it again with aes-xts-plain64.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

LEAST_BITS = 256


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(host, "disks")
    for disk in maps(host, "disks"):
        cipher, bits = disk.value("cipher"), number(disk.value("keyBits"))
        if cipher is not None and "xts" not in str(cipher):
            yield f"{disk.value('name', disk.name)} is encrypted with {cipher}, expected aes-xts-plain64"
        if bits is not None and bits < LEAST_BITS:
            yield f"{disk.value('name', disk.name)} has a key of {bits:g} bits, expected at least {LEAST_BITS}"


RULE = Rule(
    id="RW-PHST-037",
    title="Disks are encrypted well",
    severity=Severity.LOW,
    applies_to=frozenset({"host:machine"}),
    controls=cite("key-management"),
    fix="use aes-xts-plain64 with 512 bits",
    code="cryptsetup luksFormat --cipher aes-xts-plain64 --key-size 512",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
