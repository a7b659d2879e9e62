"""Users see their own jobs.

Requirement: `PrivateData` hides jobs, usage and accounts of others.
Why it matters: names of jobs, directories and comments tell who works on what, sometimes on whom.
What it looks at: `privatedata` of slurm.conf.
Known limits: an open research cluster may want it otherwise: waive the rule.
Fix: set PrivateData.
Sources: Slurm documentation, "slurm.conf"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = ("jobs", "usage", "users")


def _find(slurm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    settings = known(slurm, "settings")
    hidden = str(settings.get("privatedata", "")).split(",") if isinstance(settings, dict) else []
    missing = [name for name in WANTED if name not in hidden and "all" not in hidden]
    if missing:
        yield f"PrivateData lacks {', '.join(missing)}"


RULE = Rule(
    id="RW-PSLM-004",
    title="Users see their own jobs",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"slurm:cluster"}),
    controls=(
        "HIPAA:164.308(a)(4)(ii)(B)",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(3)",
        "SOX-ITGC:DSS06.03",
        "NIST-800-53r5:AC-6",
        "ISO-27001:A.5.15",
        "SOC2:CC6.3",
        "PCI-DSS-4.0.1:7.2.2",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "NIST-800-53r5:SC-4",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:1.2.1",
    ),
    fix="set PrivateData",
    code="PrivateData=accounts,jobs,reservations,usage,users",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
