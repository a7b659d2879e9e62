"""Slurm's daemons know each other.

Requirement: `AuthType` is munge or Slurm's own, and credentials are signed.
Why it matters: without it anybody on the network runs jobs as anybody, root included.
What it looks at: `authtype` and `credtype` of slurm.conf.
Known limits: the key itself is judged by RW-PSLM-002.
Fix: set `AuthType=auth/munge`.
Sources: Slurm documentation, "slurm.conf"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity

STRONG = ("auth/munge", "auth/slurm")


def _find(slurm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    settings = known(slurm, "settings")
    given = settings.get("authtype", "auth/munge") if isinstance(settings, dict) else "none"
    if given not in STRONG:
        yield f"AuthType is {given!r}, expected 'auth/munge' or 'auth/slurm'"
    if isinstance(settings, dict) and settings.get("credtype") == "cred/none":
        yield "credentials of jobs are not signed (CredType=cred/none)"


RULE = Rule(
    id="RW-PSLM-001",
    title="Slurm's daemons know each other",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"slurm:cluster"}),
    controls=cite("unique-identity"),
    fix="set AuthType=auth/munge",
    code="AuthType=auth/munge\nCredType=cred/munge",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
