"""Logs survive the host.

Requirement: the journal is kept over restarts, within limits, and a copy goes elsewhere.
Why it matters: who takes a node takes its log; a spot node that is gone has none.
What it looks at: journal and remote targets.
Known limits: whether the copy arrives the log service says.
Fix: set Storage=persistent, SystemMaxUse, and ship logs.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(host, "logging", "persistent")):
        yield "the journal does not survive a restart"
    if not is_true(known(host, "logging", "limited")):
        yield "the journal can fill the disk"
    if not texts(known(host, "logging", "remote")):
        yield "no copy of the log goes elsewhere"


RULE = Rule(
    id="RW-PHST-033",
    title="Logs survive the host",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("log-integrity", "local-log-retention", "CIS-UBUNTU-24.04:6.1.1.3", "CIS-UBUNTU-24.04:6.1.3.6"),
    fix="keep the journal and ship it",
    code="Storage=persistent\nSystemMaxUse=2G",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
