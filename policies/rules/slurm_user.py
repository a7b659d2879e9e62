"""Slurm's controller is not root.

Requirement: `SlurmUser` is an account of its own, and slurmrestd runs as neither that one nor root.
Why it matters: a hole in the controller or in the REST service is then not a root shell on the head node.
What it looks at: `slurmuser` and the account of slurmrestd.
Known limits: slurmd on the nodes runs as root: it starts jobs as their users.
Fix: set SlurmUser=slurm.
Sources: Slurm documentation, "slurm.conf" and "slurmrestd"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(slurm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    settings = known(slurm, "settings")
    user = str(settings.get("slurmuser", "root")) if isinstance(settings, dict) else "root"
    if user.partition("(")[0] in ("root", "0"):
        yield f"SlurmUser is {user!r}"
    rest = slurm.value("restApiUser")
    if rest is not None and rest in ("root", user):
        yield f"slurmrestd runs as {rest}"


RULE = Rule(
    id="RW-PSLM-006",
    title="Slurm's controller is not root",
    severity=Severity.HIGH,
    applies_to=frozenset({"slurm:cluster"}),
    controls=cite("privileged-access"),
    fix="set SlurmUser=slurm",
    code="SlurmUser=slurm",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
