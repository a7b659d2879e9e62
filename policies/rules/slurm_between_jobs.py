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
    controls=(
        "HIPAA:164.310(d)(2)(i)",
        "GDPR:Art.17",
        "CCPA:1798.105(c)(1)",
        "CCPA-REGS:7022(b)",
        "NIST-800-53r5:MP-6",
        "ISO-27001:A.8.10",
        "SOC2:C1.2",
        "PCI-DSS-4.0.1:9.4.7",
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(10)",
        "NIST-800-53r5:SC-4",
        "NIST-800-53r5:AC-4",
        "ISO-27001:A.8.22",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:1.2.1",
    ),
    fix="set Epilog, HealthCheckProgram and a private /tmp",
    code="Epilog=/etc/slurm/epilog.d/*\nJobContainerType=job_container/tmpfs",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
