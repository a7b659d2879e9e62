"""The host admits what is named, and nothing else.

Requirement: the packet filter drops what no rule admits, comes back after a restart, and there is one of them.
Why it matters: a daemon that a package brought along listens to the whole network at once.
What it looks at: tool, state and default policy of the input and forward hooks.
Known limits: a host whose container runtime owns the forward hook may accept there: only `input` is judged.
Fix: use the role's nftables rules.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    tool = known(host, "firewall", "tool")
    if tool == "none":
        yield "no packet filter is active"
        return
    if "+" in str(tool):
        yield f"two packet filters are active: {tool}"
    if not is_true(known(host, "firewall", "enabled")):
        yield "the packet filter does not come back after a restart"
    policy = host.value("firewall.policies.input")
    if policy not in ("drop", "reject"):
        yield f"what no rule admits is {policy!r}, expected 'drop'"


RULE = Rule(
    id="RW-PHST-011",
    title="The host admits what is named, and nothing else",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("default-deny", "CIS-UBUNTU-24.04:4.1.1", "CIS-UBUNTU-24.04:4.2.7", "CIS-UBUNTU-24.04:4.3.8"),
    fix="set the input policy to drop",
    code="chain input { type filter hook input priority 0; policy drop; }",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
