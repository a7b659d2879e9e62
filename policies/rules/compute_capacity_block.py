"""A capacity block is named by market and by reservation.

Requirement: a template with market type ``capacity-block`` names the reservation, and spot names none.
Why it matters: with only one of the two, AWS launches on demand at full price or refuses, while the paid block stays
empty.
What it looks at: `instanceMarketOptions` and `capacityReservationSpecification` of launch templates.
Known limits: whether the reservation is of the right type and zone is preflight's question.
Fix: give the pool `capacity: {block: cr-…}`.
Sources: AWS EC2 User Guide, "Launch instances using Capacity Blocks".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(template: Resource, _: Sequence[Resource]) -> Iterator[str]:
    market = template.value("instanceMarketOptions.marketType")
    target = template.value("capacityReservationSpecification.capacityReservationTarget")
    if market == "capacity-block" and not target:
        yield "market type is 'capacity-block' but no reservation is named"
    if market == "spot" and target:
        yield "market type is 'spot' but a reservation is named; spot does not draw from reservations"


RULE = Rule(
    id="RW-PCMP-007",
    title="A capacity block is named by market and by reservation",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:ec2/launchTemplate:LaunchTemplate"}),
    controls=cite("capacity"),
    fix="name both the market type and the reservation",
    code='instance_market_options={"market_type": "capacity-block"}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
