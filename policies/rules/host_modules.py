"""The kernel loads no module that nobody needs.

Requirement: old file systems, rare protocols and USB storage are blocked.
Why it matters: each of them is code of the kernel that an intruder can call by name; a stick in a server carries data
away.
What it looks at: modules that are blocked by configuration.
Known limits: modules built into the kernel cannot be blocked.
Fix: write `install <module> /bin/false` to /etc/modprobe.d.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, texts
from policies.rule import Enforcement, Resource, Rule, Severity

WANTED = ("cramfs", "hfs", "hfsplus", "jffs2", "usb-storage", "dccp", "sctp", "rds", "tipc")


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    blocked = {name.replace("_", "-") for name in texts(known(host, "kernel", "blocked"))}
    missing = [name for name in WANTED if name not in blocked]
    if missing:
        yield f"can be loaded: {', '.join(missing)}"


RULE = Rule(
    id="RW-PHST-022",
    title="The kernel loads no module that nobody needs",
    severity=Severity.LOW,
    applies_to=frozenset({"host:machine"}),
    controls=cite("system-hardening"),
    fix="block the modules",
    code="install cramfs /bin/false",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
