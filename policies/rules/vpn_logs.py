"""What VPN tunnels do is logged.

Requirement: both tunnels write their activity to a log group.
Why it matters: a tunnel that goes up and down, or negotiates with a stranger, shows there only.
What it looks at: log options of both tunnels.
Known limits: the log group's retention is judged there.
Fix: set the log options.
Sources: AWS Site-to-Site VPN User Guide, "Site-to-Site VPN logs"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(connection: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for tunnel in ("tunnel1", "tunnel2"):
        if not is_true(connection.value(f"{tunnel}LogOptions.cloudwatchLogOptions.logEnabled")):
            yield f"{tunnel} writes no log"


RULE = Rule(
    id="RW-PVPN-002",
    title="What VPN tunnels do is logged",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:ec2/vpnConnection:VpnConnection"}),
    controls=cite("audit-logging"),
    fix="log both tunnels",
    code=('tunnel1_log_options={"cloudwatch_log_options": {"log_enabled": True, "log_group_arn": group.arn}}'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
