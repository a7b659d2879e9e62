"""Nodes with a fabric are placed together.

Requirement: a group whose template has EFA interfaces has exactly one subnet, and a placement group unless its
instances come from a reservation or capacity block, which has its place already.
Why it matters: EFA does not cross zones, and without a cluster placement group collective operations run over more
hops at a fraction of the speed that was paid for.
What it looks at: auto-scaling groups and the launch templates they use.
Known limits: strategy of a placement group outside the stack is not seen.
Fix: set `placement: cluster` and keep the pool in one zone.
Sources: AWS EC2 User Guide, "Placement strategies for your placement groups"; "Elastic Fabric Adapter" (limitations).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_set, items, maps, of_type
from policies.rule import UNKNOWN, Enforcement, Resource, Rule, Severity

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
PLACEMENT = "aws:ec2/placementGroup:PlacementGroup"


def _find(group: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = [template for template in of_type(resources, TEMPLATE) if _uses(group, template) and _has_fabric(template)]
    if not mine:
        return
    if not any(_is_reserved(template) for template in mine) and not is_set(group, "placementGroup", source=PLACEMENT):
        yield "the nodes have EFA but no placement group"
    if len(items(group.value("vpcZoneIdentifiers"))) != 1:
        yield f"the nodes have EFA but {len(items(group.value('vpcZoneIdentifiers')))} subnets, expected one"


def _is_reserved(template: Resource) -> bool:
    return bool(template.value("capacityReservationSpecification.capacityReservationTarget"))


def _uses(group: Resource, template: Resource) -> bool:
    if template.urn in group.property_dependencies.get("launchTemplate", ()):
        return True
    identity = template.props.get("id")
    return identity not in (None, UNKNOWN) and group.value("launchTemplate.id") == identity


def _has_fabric(template: Resource) -> bool:
    ports = maps(template, "networkInterfaces")
    return any(str(port.value("interfaceType")).startswith("efa") for port in ports)


RULE = Rule(
    id="RW-PCMP-009",
    title="Nodes with a fabric are placed together",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:autoscaling/group:Group"}),
    controls=cite("capacity"),
    fix="name a placement group and one subnet",
    code="placement_group=group.name, vpc_zone_identifiers=[subnet.id]",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
