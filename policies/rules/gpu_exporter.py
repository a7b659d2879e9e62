"""GPU metrics are read from inside only.

Requirement: the GPU exporter listens at the node's own or the management address, not at all of them.
Why it matters: it tells every neighbour which jobs run where; see RW-PGPU-008 for worse.
What it looks at: address that the exporter listens at.
Known limits: a packet filter in front is judged by RW-PHST-011.
Fix: set the address.
Sources: NVIDIA bulletin 5857
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(gpus: Resource, _: Sequence[Resource]) -> Iterator[str]:
    address = gpus.value("exporterAddress")
    if isinstance(address, str) and _is_every(address.removesuffix(":9400").strip("[]")):
        yield "the exporter listens at every address"


def _is_every(address: str) -> bool:
    try:
        return ip_address(address).is_unspecified
    except ValueError:
        return address in ("*", "")


RULE = Rule(
    id="RW-PGPU-009",
    title="GPU metrics are read from inside only",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:gpus"}),
    controls=cite("no-public-service"),
    fix="bind the exporter to one address",
    code="dcgm-exporter --address 10.0.0.5:9400",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
