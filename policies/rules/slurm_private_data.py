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

from policies.controls import cite
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
    controls=cite("least-privilege", "tenant-privacy"),
    fix="set PrivateData",
    code="PrivateData=accounts,jobs,reservations,usage,users",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
