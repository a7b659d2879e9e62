"""No old or open service listens to the network.

Requirement: nothing listens for telnet, rsh, FTP, TFTP, rpcbind or NIS, and databases, caches and notebooks listen to
the host itself.
Why it matters: these ask for no password, or send it in clear.
What it looks at: listening sockets that are not bound to the loopback address.
Known limits: judged by port: a service elsewhere passes.
Fix: stop it, or bind it to 127.0.0.1.
Sources: CIS Debian Linux 13 Benchmark and CIS Ubuntu Linux 24.04 Benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known, maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

CLOSED = {
    21: "FTP",
    23: "telnet",
    69: "TFTP",
    111: "rpcbind",
    512: "rexec",
    513: "rlogin",
    514: "rsh",
    2375: "the Docker API without TLS",
    3306: "a database",
    5432: "a database",
    6379: "a cache",
    8888: "a notebook",
}
LOOPBACK = ("127.", "::1", "[::1]")


def _find(host: Resource, _: Sequence[Resource]) -> Iterator[str]:
    known(host, "listening")
    for socket in maps(host, "listening"):
        port = number(socket.value("port"))
        what = CLOSED.get(int(port)) if port is not None and port.is_integer() else None
        address = str(socket.value("address", ""))
        if what and not address.startswith(LOOPBACK):
            yield f"{what} listens at {address} port {port:g} ({socket.value('process', 'unknown')})"


RULE = Rule(
    id="RW-PHST-012",
    title="No old or open service listens to the network",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("default-deny", "NIST-800-53r5:CM-6", "ISO-27001:A.8.9", "SOC2:CC6.8", "PCI-DSS-4.0.1:2.2.6"),
    fix="stop the service, or bind it to the loopback address",
    code="systemctl disable --now telnet.socket",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
