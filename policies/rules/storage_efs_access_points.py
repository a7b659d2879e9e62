"""EFS access points fix a folder and a user.

Requirement: every access point names a root directory other than ``/`` and a POSIX user.
Why it matters: an access point without them is a second door to the whole file system, for whoever the client says it
is.
What it looks at: `rootDirectory` and `posixUser` of EFS access points.
Known limits: none known.
Fix: set `root_directory.path` and `posix_user`.
Sources: Amazon EFS User Guide, "Working with Amazon EFS access points".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rule import Enforcement, Resource, Rule, Severity


def _find(point: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if point.value("rootDirectory.path", "/") == "/":
        yield "rootDirectory.path is '/'"
    if not point.value("posixUser"):
        yield "posixUser is not set"


RULE = Rule(
    id="RW-PSTO-016",
    title="EFS access points fix a folder and a user",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:efs/accessPoint:AccessPoint"}),
    controls=(
        "HIPAA:164.308(a)(4)(ii)(A)",
        "GDPR:Art.25(1)",
        "CCPA-REGS:7123(c)(10)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:A1.1.1",
    ),
    fix="set a root directory and a user",
    code='root_directory={"path": "/home"}, posix_user={"uid": 1000, "gid": 1000}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
