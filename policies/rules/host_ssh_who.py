"""ssh admits those who are named.

Requirement: sshd names the users or groups that may log in.
Why it matters: a service account with a shell is a way in that nobody thinks of.
What it looks at: `allowusers` and `allowgroups`.
Known limits: as the collector read it; a host that could not be read is not evaluated.
Fix: set `AllowGroups`.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    sshd = known(host, "sshd")
    if not (isinstance(sshd, dict) and (sshd.get("allowusers") or sshd.get("allowgroups"))):
        yield "neither allowgroups nor allowusers is set"


RULE = Rule(
    id="RW-PHST-008",
    title="ssh admits those who are named",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("remote-access", "least-privilege", "CIS-UBUNTU-24.04:5.1.4"),
    fix="set AllowGroups",
    code="AllowGroups admins users",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
