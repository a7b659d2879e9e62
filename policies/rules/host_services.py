"""Hosts run what they need.

Requirement: no desktop, printing, discovery, file or name service runs that the cluster does not use.
Why it matters: each of them is code that listens.
What it looks at: systemd units that run.
Known limits: an NFS server is accepted on storage nodes.
Fix: disable the unit.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity

UNWANTED = (
    "avahi-daemon",
    "cups",
    "bluetooth",
    "telnet",
    "vsftpd",
    "tftpd-hpa",
    "ypserv",
    "rsync",
    "snmpd",
    "xrdp",
    "gdm3",
    "nfs-server",
)
ALLOWED = {"nfs-server": "storage"}
"""Unit -> role of the hosts that run it on purpose."""


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    services = known(host, "services")
    for unit in UNWANTED:
        state = services.get(unit) if isinstance(services, dict) else None
        running = isinstance(state, dict) and is_true(state.get("active"))
        if running and ALLOWED.get(unit) != known(host, "role"):
            yield f"{unit} runs"


RULE = Rule(
    id="RW-PHST-040",
    title="Hosts run what they need",
    severity=Severity.LOW,
    applies_to=frozenset({"host:machine"}),
    controls=cite("hardening-baseline"),
    fix="disable the unit",
    code="systemctl disable --now avahi-daemon",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
