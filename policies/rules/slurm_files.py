"""Only administrators change how jobs run.

Requirement: slurm.conf and its parts belong to root or slurm, and others cannot write them.
Why it matters: prolog and epilog run as root on every node: who writes the file chooses the program.
What it looks at: owner and mode of slurm.conf, cgroup.conf and gres.conf.
Known limits: only of files that exist.
Fix: chown root, chmod 0644.
Sources: Slurm documentation, "slurm.conf"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.filemodes import excess, mode_of
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity

FILES = ("slurm.conf", "cgroup.conf", "gres.conf", "topology.conf")
MOST = 0o644


def _find(slurm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    files = known(slurm, "files")
    for name in FILES:
        file = files.get(name) if isinstance(files, dict) else None
        if not isinstance(file, dict):
            continue
        if file.get("owner") not in ("root", "slurm"):
            yield f"{name} belongs to {file.get('owner')}"
        if (mode := mode_of(file)) is None or excess(mode, MOST):
            yield f"{name} has mode {file.get('mode')}, expected {MOST:04o} or less"


RULE = Rule(
    id="RW-PSLM-007",
    title="Only administrators change how jobs run",
    severity=Severity.HIGH,
    applies_to=frozenset({"slurm:cluster"}),
    controls=cite("file-integrity", "privileged-access"),
    fix="chmod 0644 slurm.conf",
    code="chmod 0644 /etc/slurm/slurm.conf",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
