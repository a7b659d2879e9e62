"""Slurm's keys are its own.

Requirement: munge.key, slurm.key and slurmdbd.conf are readable by the daemon's account only.
Why it matters: who reads the munge key is every user of the cluster.
What it looks at: owner and mode of these files.
Known limits: only of files that exist.
Fix: chmod 0400.
Sources: MUNGE, "Installation Guide"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.filemodes import excess, mode_of
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity

PRIVATE = ("munge.key", "slurm.key", "slurmdbd.conf", "jwt_hs256.key")
MOST = 0o600
OWNERS = ("root", "munge", "slurm")


def _find(slurm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    files = known(slurm, "files")
    for name in PRIVATE:
        file = files.get(name) if isinstance(files, dict) else None
        if not isinstance(file, dict):
            continue
        if (mode := mode_of(file)) is None or excess(mode, MOST):
            yield f"{name} has mode {file.get('mode')}, expected {MOST:04o} or less"
        if file.get("owner") not in OWNERS:
            yield f"{name} belongs to {file.get('owner')}"


RULE = Rule(
    id="RW-PSLM-002",
    title="Slurm's keys are its own",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"slurm:cluster"}),
    controls=cite(
        "key-management",
        "HIPAA:164.308(a)(5)(ii)(D)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(1)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-5(7)",
        "ISO-27001:A.5.17",
        "PCI-DSS-4.0.1:8.6.2",
    ),
    fix="chmod 0400 munge.key",
    code="chmod 0400 /etc/munge/munge.key",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
