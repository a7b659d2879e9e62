"""Nobody turns recording off.

Requirement: audit rules cannot be changed until a restart, and the log is root's.
Why it matters: an intruder with root removes the rule before he acts, and the log after it.
What it looks at: ``-e 2``, and mode of /var/log/audit.
Known limits: as the collector read it; a host that could not be read is not evaluated.
Fix: end the rules with ``-e 2``.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.filemodes import excess, mode_of
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity

LOG = "/var/log/audit"
MOST = 0o750


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(host, "audit", "immutable")):
        yield "audit rules can be changed while it runs"
    files = known(host, "files")
    log = files.get(LOG) if isinstance(files, dict) else None
    if isinstance(log, dict) and ((mode := mode_of(log)) is None or excess(mode, MOST)):
        yield f"{LOG} has mode {log.get('mode')}, expected {MOST:04o} or less"


RULE = Rule(
    id="RW-PHST-019",
    title="Nobody turns recording off",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("log-integrity", "CIS-UBUNTU-24.04:6.2.3.20", "CIS-UBUNTU-24.04:6.2.4.1"),
    fix="end the audit rules with -e 2",
    code="-e 2",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
