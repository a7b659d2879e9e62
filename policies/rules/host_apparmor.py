"""Mandatory access control is on.

Requirement: AppArmor is on, and its profiles enforce.
Why it matters: a profile keeps a broken daemon to its own files.
What it looks at: state of AppArmor.
Known limits: SELinux on other distributions: waive the rule.
Fix: enable AppArmor.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, texts
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(host, "apparmor", "enabled")):
        yield "AppArmor is off"
    complaining = texts(known(host, "apparmor", "complaining"))
    if complaining:
        yield f"profiles that only complain: {', '.join(complaining)}"


RULE = Rule(
    id="RW-PHST-034",
    title="Mandatory access control is on",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:machine"}),
    controls=cite("system-hardening", "CIS-UBUNTU-24.04:1.3.1.4"),
    fix="enable AppArmor",
    code="aa-enforce /etc/apparmor.d/*",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
