"""EFA: which network interfaces a node gets, by machine and policy.

Rules (AWS EC2 User Guide, "Maximize network bandwidth on accelerated instances",
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html, read 2026-11-21):

- Card 0, device 0 is an ordinary interface and the only one that may be primary; `efa-only` never is.
- Where card 0 carries EFA, its EFA interface is device 1; on further cards it is device 0.
- An `efa-only` interface has no address, so an ip-optimised node needs exactly one.
- For more Ethernet bandwidth, named cards carry a second, ordinary interface at device 1, each with an address.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from rackwright.catalog.model import Machine
from rackwright.diagnostics import InputError

Policy = Literal["ip-optimised", "bandwidth-optimised"]
InterfaceType = Literal["interface", "efa", "efa-only"]


class NicSlot(NamedTuple):
    """One network interface of a launch request."""

    card_index: int
    device_index: int
    interface_type: InterfaceType


def nic_layout(
    machine: Machine, policy: Policy = "ip-optimised", *, efa_interfaces: int | None = None
) -> tuple[NicSlot, ...]:
    """Interfaces of one node, primary first, then by card.

    `efa_interfaces` limits the number of EFA interfaces (0: none); None takes all that the recommended layout has.
    Raises `InputError` when the machine has fewer, or has no published bandwidth-optimised layout.
    """
    cards = machine.efa_cards[:efa_interfaces]
    if efa_interfaces is not None and efa_interfaces > len(machine.efa_cards):
        raise InputError(
            f"{machine.name} has {len(machine.efa_cards)} EFA interfaces, {efa_interfaces} were asked for",
            hint="leave efa_interfaces out to get all of them",
        )
    fabric = [NicSlot(card, 0 if card else 1, "efa-only") for card in cards]
    slots = [NicSlot(0, 0, "interface"), *fabric, *_extra(machine, policy)]
    return tuple(sorted(slots))


def _extra(machine: Machine, policy: Policy) -> list[NicSlot]:
    if policy == "ip-optimised":
        return []
    if not machine.extra_ena_cards:
        raise InputError(
            f"{machine.name} has no published bandwidth-optimised layout",
            hint="use nic_layout: ip-optimised",
        )
    return [NicSlot(card, 1, "interface") for card in machine.extra_ena_cards]


def addresses_per_node(slots: tuple[NicSlot, ...]) -> int:
    """IPv4 addresses that a node takes from its subnet: one for each interface that is not `efa-only`."""
    return sum(slot.interface_type != "efa-only" for slot in slots)


def legal(machine: Machine, slots: tuple[NicSlot, ...]) -> list[str]:
    """What is wrong with a layout for `machine`; empty when EC2 accepts it."""
    wrong = [] if slots and slots[0] == NicSlot(0, 0, "interface") else ["the primary interface is not an ordinary one"]
    if len({slot[:2] for slot in slots}) < len(slots):
        wrong.append("two interfaces share a card and a device index")
    for slot in slots:
        if slot.card_index >= machine.cards or slot.device_index >= machine.nics_per_card:
            wrong.append(f"card {slot.card_index}, device {slot.device_index} does not exist")
        if slot.interface_type != "interface" and slot.card_index not in machine.efa_cards:
            wrong.append(f"card {slot.card_index} carries no EFA")
    fabric = [slot.card_index for slot in slots if slot.interface_type != "interface"]
    if len(set(fabric)) < len(fabric):
        wrong.append("a card carries more than one EFA interface")
    return wrong


def max_pods(machine: Machine, *, with_efa: bool) -> int | None:
    """Pods that the VPC network plug-in can give addresses on one node; None when the machine's limit is not known.

    The plug-in uses card 0 only. Where card 0 carries an `efa-only` interface, one seat fewer is left.
    Source: https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html, read 2026-11-21.
    """
    if machine.addresses_per_nic is None:
        return None
    seats = machine.nics_per_card - (1 if with_efa and 0 in machine.efa_cards else 0)
    return seats * (machine.addresses_per_nic - 1) + 2
