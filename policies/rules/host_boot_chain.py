"""The kernel that runs is the one that was signed.

Requirement: secure boot is on, the kernel is locked down, and no mitigation is turned off.
Why it matters: a changed kernel sees everything and is seen by nobody; `mitigations=off` lets a job read its
neighbour through the processor.
What it looks at: secure boot, lockdown and the kernel's command line.
Known limits: cloud machines without UEFI have no secure boot: waive the rule for the pool.
Fix: sign modules (the driver too), enable secure boot.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity

WEAKENING = ("mitigations=off", "nospectre_v2", "nopti", "init_on_alloc=0", "slab_nomerge=0", "module.sig_enforce=0")


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(host, "kernel", "secureBoot")):
        yield "secure boot is off"
    elif known(host, "kernel", "lockdown") == "none":
        yield "the kernel is not locked down"
    weakened = [word for word in str(known(host, "kernel", "commandLine")).split() if word in WEAKENING]
    if weakened:
        yield f"the kernel is started with {', '.join(weakened)}"


RULE = Rule(
    id="RW-PHST-035",
    title="The kernel that runs is the one that was signed",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite(
        "file-integrity",
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(14)",
        "SOX-ITGC:ITGC-PC",
        "NIST-800-53r5:SR-11",
        "ISO-27001:A.8.19",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.3.2",
    ),
    fix="enable secure boot; remove mitigations=off",
    code="lockdown=integrity",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
