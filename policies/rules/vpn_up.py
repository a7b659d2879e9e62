"""Both tunnels of a VPN are up.

Requirement: both tunnels of a connection are up.
Why it matters: AWS maintains one at a time, unannounced: with one tunnel the site is then cut off.
What it looks at: the state of the tunnels, which the live account tells.
Known limits: a preview knows no state: not evaluated there.
Fix: find out with the peer's owner.
Sources: AWS Site-to-Site VPN User Guide, "Monitor"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(connection: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(connection, "vgwTelemetries")
    for tunnel in maps(connection, "vgwTelemetries"):
        if tunnel.value("status") != "UP":
            yield f"tunnel {tunnel.value('outsideIpAddress', tunnel.name)} is {tunnel.value('status')}"


RULE = Rule(
    id="RW-PVPN-003",
    title="Both tunnels of a VPN are up",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/vpnConnection:VpnConnection"}),
    controls=cite("disaster-recovery"),
    fix="bring the second tunnel up",
    code="aws ec2 describe-vpn-connections",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
