"""Network interfaces of a template can be launched.

Requirement: no two interfaces share card and device, the first (card 0, device 0) is not efa-only, and several
interfaces ask for no public address.
Why it matters: AWS refuses such a launch, and for a capacity block that means minutes of a paid window; two
interfaces on one slot leave GPUs without fabric.
What it looks at: `networkInterfaces` of launch templates.
Known limits: limits of single instance types are the designer's question.
Fix: take the layout that the designer gives.
Sources: AWS EC2 User Guide, "Maximize network bandwidth on Amazon EC2 instances with multiple network cards".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(template: Resource, _: Sequence[Resource]) -> Iterator[str]:
    ports = maps(template, "networkInterfaces")
    seen: set[tuple[str, str]] = set()
    for port in ports:
        slot = (str(port.value("networkCardIndex", 0)), str(port.value("deviceIndex", 0)))
        if slot in seen:
            yield f"two interfaces are on card {slot[0]} device {slot[1]}"
        seen.add(slot)
        if slot == ("0", "0") and port.value("interfaceType") == "efa-only":
            yield "the first interface is efa-only, so the node would have no address"
        if len(ports) > 1 and is_true(port.value("associatePublicIpAddress")):
            yield f"{port.name} asks for a public address beside other interfaces"


RULE = Rule(
    id="RW-PCMP-008",
    title="Network interfaces of a template can be launched",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:ec2/launchTemplate:LaunchTemplate"}),
    controls=cite("secure-configuration"),
    fix="take the designed interface layout",
    code="nic_layout: ip-optimised",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
