"""Listeners speak TLS 1.2 or later.

Requirement: listeners of load balancers use HTTPS or TLS with a policy from TLS 1.2 on; plain HTTP only redirects.
Why it matters: passwords and tokens otherwise pass in clear.
What it looks at: protocol, policy and default action of listeners.
Known limits: TCP listeners of network load balancers pass TLS through: they are accepted on port 443 and 6443.
Fix: use HTTPS with a 2021 policy.
Sources: Elastic Load Balancing User Guide, "Security policies"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import maps, number
from policies.rule import Enforcement, Resource, Rule, Severity

STRONG = ("TLS13", "TLS-1-2", "FS-1-2")
PASSED_THROUGH = (443, 6443)


def _find(listener: Resource, _: Sequence[Resource]) -> Iterator[str]:
    protocol = listener.value("protocol", "HTTP")
    if protocol in ("HTTPS", "TLS"):
        policy = str(listener.value("sslPolicy", "ELBSecurityPolicy-2016-08"))
        if not any(part in policy for part in STRONG):
            yield f"policy {policy} admits TLS before 1.2"
    elif protocol == "HTTP" and any(each.value("type") != "redirect" for each in maps(listener, "defaultActions")):
        yield "it serves in clear"
    elif protocol == "TCP" and number(listener.value("port")) not in PASSED_THROUGH:
        yield "it passes TCP in clear"


RULE = Rule(
    id="RW-PNET-022",
    title="Listeners speak TLS 1.2 or later",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:lb/listener:Listener"}),
    controls=cite("encryption-in-transit"),
    fix="use a TLS 1.2 or 1.3 policy",
    code='protocol="HTTPS", ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06"',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
