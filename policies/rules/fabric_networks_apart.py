"""Management is a network of its own.

Requirement: out-of-band management shares no switch with compute and storage, and cannot be reached from them.
Why it matters: a management controller is root over the node, past its operating system; a job must not reach it.
What it looks at: switches and routing of the networks.
Known limits: VLANs on a shared switch are not accepted: a hole in the switch joins them.
Fix: cable management to its own switches.
Sources: NSA and CISA, "Harden Baseboard Management Controllers" (2023)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known, of_type, texts
from policies.rule import Enforcement, Resource, Rule, Severity

NETWORK = "fabric:network"


def _find(network: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    if known(network, "purpose") != "out-of-band":
        return
    mine = set(texts(known(network, "switches")))
    for other in of_type(resources, NETWORK):
        shared = sorted(mine & set(texts(known(other, "switches")))) if other is not network else []
        if shared:
            yield f"shares {', '.join(shared)} with {other.name}"
    if is_true(network.value("routed")):
        yield "other networks can reach it"


RULE = Rule(
    id="RW-PFAB-006",
    title="Management is a network of its own",
    severity=Severity.HIGH,
    applies_to=frozenset({"fabric:network"}),
    controls=cite(
        "network-segmentation",
        "HIPAA:164.312(a)(2)(iii)",
        "CCPA-REGS:7123(c)(11)",
        "NIST-800-53r5:AC-17",
        "ISO-27001:A.8.5",
        "PCI-DSS-4.0.1:8.2.8",
    ),
    fix="give management its own switches",
    code="fabric: {}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
