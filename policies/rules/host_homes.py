"""Users' files are their own.

Requirement: home directories are closed to others.
Why it matters: data sets, tokens and keys lie there; on a shared cluster the neighbour reads them.
What it looks at: mode of the homes of accounts from number 1000 on.
Known limits: homes on a shared file system are seen from any one host.
Fix: chmod 0750 or less.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.filemodes import excess
from policies.reading import known, maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

FIRST_USER = 1000
NOBODY = 65534
MOST = 0o750


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(host, "users")
    for user in maps(host, "users"):
        uid, written = number(user.value("uid")), user.value("homeMode")
        if uid is None or not FIRST_USER <= uid < NOBODY or not isinstance(written, str):
            continue
        if not written.isdigit() or set(written) - set("01234567") or excess(int(written, 8), MOST):
            yield f"{user.value('name')} has a home of mode {written}, expected {MOST:04o} or less"


RULE = Rule(
    id="RW-PHST-028",
    title="Users' files are their own",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite(
        "tenant-isolation",
        "HIPAA:164.308(a)(4)(ii)(B)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
    ),
    fix="chmod 0750 the home directories",
    code="chmod 0750 /home/*",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
