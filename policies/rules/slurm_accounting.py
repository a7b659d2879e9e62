"""Every job is somebody's, within his limits.

Requirement: accounting is on, and associations, limits and quality of service are enforced.
Why it matters: a job without an account is on nobody's bill and under nobody's limit; the record of who used what is
missing.
What it looks at: `accountingstoragetype` and `accountingstorageenforce`.
Known limits: clusters with `accounting: false` in their spec: waive the rule.
Fix: set AccountingStorageEnforce.
Sources: Slurm documentation, "Accounting and Resource Limits"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = ("associations", "limits")
IMPLYING = frozenset({"limits", "qos", "safe", "wckeys", "all"})
"""Each of these brings `associations`."""


def _find(slurm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    settings = known(slurm, "settings")
    read = settings if isinstance(settings, dict) else {}
    if "slurmdbd" not in str(read.get("accountingstoragetype")):
        yield "no accounting database is used"
        return
    enforced = set(str(read.get("accountingstorageenforce", "")).lower().split(","))
    missing = [name for name in WANTED if name not in enforced and "all" not in enforced and "safe" not in enforced]
    if "associations" in missing and enforced & IMPLYING:
        missing.remove("associations")
    if missing:
        yield f"AccountingStorageEnforce lacks {', '.join(missing)}"


RULE = Rule(
    id="RW-PSLM-005",
    title="Every job is somebody's, within his limits",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"slurm:cluster"}),
    controls=cite("audit-logging", "quotas"),
    fix="enforce associations, limits and qos",
    code=("AccountingStorageType=accounting_storage/slurmdbd\nAccountingStorageEnforce=associations,limits,qos"),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
