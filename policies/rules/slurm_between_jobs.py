"""A node is cleaned and checked between jobs.

Requirement: an epilog and a health check run, and jobs get a private /tmp.
Why it matters: the next tenant otherwise finds files, shared memory and a GPU in the state that the last one left.
What it looks at: `prolog`, `epilog`, `healthcheckprogram` and `jobcontainertype`.
Known limits: what the programs do only reading them tells.
Fix: set them, as the role does.
Sources: Slurm documentation, "slurm.conf"; "job_container.conf"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = {"epilog": "Epilog", "healthcheckprogram": "HealthCheckProgram", "jobcontainertype": "JobContainerType"}


def _find(slurm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    settings = known(slurm, "settings")
    for key, name in WANTED.items():
        if not isinstance(settings, dict) or str(settings.get(key, "")).lower() in ("", "(null)", "none"):
            yield f"{name} is not set"


RULE = Rule(
    id="RW-PSLM-008",
    title="A node is cleaned and checked between jobs",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"slurm:cluster"}),
    controls=cite("secure-deletion", "tenant-isolation"),
    fix="set Epilog, HealthCheckProgram and a private /tmp",
    code="Epilog=/etc/slurm/epilog.d/*\nJobContainerType=job_container/tmpfs",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
