"""EFA: interfaces, placement, security groups."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import PoolView, View
from rackwright.spec.pools import NicSpec

MOST_GROUPS, OWN_GROUPS = 5, 2

SHOWN = 4
"""Cards shown in a message before the dots."""

_LONERS = frozenset({"p4d", "p4de", "dl1"})
"""Families whose EFA speaks only to its own kind."""


def _written(view: View) -> Iterator[tuple[PoolView, int, NicSpec]]:
    """Interfaces that were written out by hand."""
    for pool in view.pools:
        for index, nic in enumerate(pool.spec.nics):
            yield pool, index, nic


def _interfaces(pool: PoolView) -> int:
    """Network interfaces of one node, as far as the rules need them."""
    if pool.spec.nics:
        return len(pool.spec.nics)
    wanted = pool.spec.efa_interfaces or len(pool.machine.efa_cards)
    return 1 + (min(wanted, len(pool.machine.efa_cards)) if pool.efa else 0)


@rule("RW-EFA-001")
def machine_has_efa(view: View) -> Iterator[Fault]:
    """A pool that asks for EFA has a machine with EFA.

    The launch is refused, or worse: NCCL falls back to TCP and nobody notices for weeks.

    Source: AWS ParallelCluster, EfaValidator; https://github.com/skypilot-org/skypilot/issues/10055
    """
    for pool in view.pools:
        if pool.spec.efa and not pool.machine.efa:
            hint = "leave efa out, or take a machine with EFA"
            yield Fault(pool.path("efa"), f"'{pool.machine.name}' has no EFA interface", hint)


@rule("RW-EFA-002", Severity.WARNING)
def efa_is_used(view: View) -> Iterator[Fault]:
    """GPU pools of several nodes use the EFA that their machine has.

    Without it nodes talk over TCP: measured on two p4d nodes 8 GB/s instead of 78.

    Source: AWS ParallelCluster, EfaValidator; https://github.com/skypilot-org/skypilot/issues/8391
    """
    for pool in view.gpu_pools:
        if pool.machine.efa and pool.most > 1 and not pool.efa and pool.spec.role == "gpu":
            lost = f"{pool.machine.efa_gbps:g} Gbps of EFA are left unused by {pool.most} nodes"
            yield Fault(pool.path("efa"), lost, "leave efa out, or set it to true")


@rule("RW-EFA-003")
def efa_interfaces_exist(view: View) -> Iterator[Fault]:
    """A node has as many EFA interfaces as are asked for.

    RunInstances refuses more than the type's limit.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    """
    for pool in view.pools:
        wanted, limit = pool.spec.efa_interfaces, len(pool.machine.efa_cards)
        if wanted is not None and wanted > limit:
            summary = f"efa_interfaces is {wanted}, {pool.machine.name} has {limit}"
            yield Fault(pool.path("efa_interfaces"), summary, "leave it out to get all")


@rule("RW-EFA-004", Severity.WARNING)
def efa_interfaces_are_all_used(view: View) -> Iterator[Fault]:
    """A node gets all the EFA interfaces it can have.

    One interface of four gave 20 GB/s instead of 78 on p4d; the price of the node is the same.

    Source: https://github.com/skypilot-org/skypilot/issues/8391
    """
    for pool in view.efa_pools:
        wanted, limit = pool.spec.efa_interfaces, len(pool.machine.efa_cards)
        if wanted is not None and wanted < limit:
            lost = pool.machine.efa_gbps * (limit - wanted) / limit
            summary = f"efa_interfaces is {wanted} of {limit}: {lost:g} of {pool.machine.efa_gbps:g} Gbps are lost"
            yield Fault(pool.path("efa_interfaces"), summary, "leave it out to get all")


@rule("RW-EFA-005")
def layout_is_published(view: View) -> Iterator[Fault]:
    """The bandwidth-optimised layout is asked for only where AWS publishes one.

    It is published for p5, p5e, p6-b200 and p6-b300; on other types the extra interfaces bring nothing or are refused.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    """
    for pool in view.pools:
        if pool.spec.nic_layout == "bandwidth-optimised" and not pool.machine.extra_ena_cards:
            summary = f"no bandwidth-optimised layout is published for {pool.machine.name}"
            yield Fault(pool.path("nic_layout"), summary, "use ip-optimised")


@rule("RW-EFA-006", Severity.INFO)
def layout_costs_addresses(view: View) -> Iterator[Fault]:
    """A layout that takes many addresses is taken on purpose.

    The bandwidth-optimised layout of p6-b300 takes 17 addresses a node; 200 nodes fill a /20.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    """
    for pool in view.pools:
        extra = len(pool.machine.extra_ena_cards)
        if pool.spec.nic_layout == "bandwidth-optimised" and extra:
            summary = f"{pool.most} nodes take {pool.most * (1 + extra)} addresses instead of {pool.most}"
            yield Fault(pool.path("nic_layout"), summary, "use ip-optimised unless Ethernet is the bottleneck")


@rule("RW-EFA-007")
def public_address_needs_one_interface(view: View) -> Iterator[Fault]:
    """Nodes with several interfaces have no public address.

    RunInstances refuses AssociatePublicIpAddress with more than one interface.

    Source: https://github.com/aws/karpenter-provider-aws/issues/5666,
    https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3533; AWS ParallelCluster,
    MultiNetworkInterfacesInstancesValidator
    """
    for pool in view.pools:
        if pool.spec.public_ip and _interfaces(pool) > 1:
            summary = f"public_ip with {_interfaces(pool)} network interfaces is refused, the limit is 1"
            yield Fault(pool.path("public_ip"), summary, "go through the head node, session manager or a VPN")


@rule("RW-EFA-008", Severity.WARNING)
def efa_nodes_sit_together(view: View) -> Iterator[Fault]:
    """EFA pools are in a cluster placement group, unless a capacity block places them.

    Spread nodes are hops apart; latency and the tail of every collective grow.

    Source: AWS ParallelCluster, EfaPlacementGroupValidator
    """
    for pool in view.efa_pools:
        apart = pool.spec.placement in {"none", "spread"}
        if pool.most > 1 and apart and pool.spec.capacity.kind != "block":
            summary = f"placement is {pool.spec.placement} for {pool.most} EFA nodes"
            yield Fault(pool.path("placement"), summary, "use placement: cluster")


@rule("RW-EFA-009")
def families_can_talk(view: View) -> Iterator[Fault]:
    """P4d, P4de and DL1 nodes share no partition with other families.

    Their EFA cannot talk to that of other instance types; a job over both hangs at its first collective.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html#efa-limits
    """
    slurm = view.spec.slurm
    by_name = {pool.name: pool for pool in view.efa_pools}
    for name, partition in slurm.partitions.items() if slurm else ():
        families = {by_name[p].machine.family for p in partition.pools if p in by_name}
        if len(families) > 1 and families & _LONERS:
            summary = f"partition '{name}' joins {', '.join(sorted(families))}, whose EFA cannot talk to one another"
            yield Fault(("scheduler", "partitions", name), summary, "one partition for each family")


@rule("RW-EFA-010")
def efa_stays_in_a_zone(view: View) -> Iterator[Fault]:
    """EFA pools of one partition are in one zone.

    EFA traffic cannot leave its zone; jobs over two zones fall back to TCP or hang.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html#efa-limits;
    AWS ParallelCluster, EfaMultiAzValidator
    """
    slurm = view.spec.slurm
    by_name = {pool.name: pool for pool in view.efa_pools}
    for name, partition in slurm.partitions.items() if slurm else ():
        zones = {by_name[p].zone for p in partition.pools if p in by_name}
        if len(zones) > 1:
            summary = f"partition '{name}' has EFA nodes in {', '.join(sorted(zones))}"
            yield Fault(("scheduler", "partitions", name), summary, "one partition for each zone")


@rule("RW-EFA-011", Severity.WARNING)
def fabric_can_write(view: View) -> Iterator[Fault]:
    """Nodes of a large pool have RDMA write.

    g5 has EFA without RDMA and p4d only RDMA read: NVSHMEM and the fast paths of NCCL do not work there.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html (supported instance types, RDMA columns)
    """
    for pool in view.efa_pools:
        if pool.most > 1 and not pool.machine.rdma_write:
            summary = f"EFA of {pool.machine.name} has no RDMA write"
            yield Fault(pool.path("machine"), summary, "fine for NCCL over read; NVSHMEM needs p5 or newer")


@rule("RW-EFA-012")
def primary_interface_is_ordinary(view: View) -> Iterator[Fault]:
    """The first written interface is an ordinary one (or `efa`) on card 0, device 0.

    `efa-only` carries no IP traffic and can never be the primary interface.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html; Karpenter's EC2NodeClass
    """
    for pool in view.pools:
        first = next((nic for nic in pool.spec.nics if (nic.card, nic.device) == (0, 0)), None)
        if pool.spec.nics and (first is None or first.type == "efa-only"):
            summary = "card 0, device 0 must be of type interface or efa, which carry IP"
            yield Fault(pool.path("nics"), summary, "begin with {card: 0, device: 0, type: interface}")


@rule("RW-EFA-013")
def interface_card_exists(view: View) -> Iterator[Fault]:
    """Every written interface is on a card that the machine has.

    RunInstances refuses the request and names only the first wrong card.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html#network-cards
    """
    for pool, index, nic in _written(view):
        if nic.card >= pool.machine.cards:
            summary = f"card {nic.card} does not exist, {pool.machine.name} has 0 to {pool.machine.cards - 1}"
            yield Fault(pool.path("nics", index), summary, "leave nics out to get the recommended layout")


@rule("RW-EFA-014")
def interface_device_exists(view: View) -> Iterator[Fault]:
    """Every written device index is below the number of interfaces of a card.

    On p5 a card carries two interfaces: device 2 is refused.

    Source: https://github.com/eksctl-io/eksctl/issues/7520, https://github.com/aws/aws-k8s-tester/issues/531
    """
    for pool, index, nic in _written(view):
        if nic.device >= pool.machine.nics_per_card:
            most = pool.machine.nics_per_card - 1
            summary = f"device {nic.device} does not exist, a card of {pool.machine.name} has 0 to {most}"
            yield Fault(pool.path("nics", index), summary, "leave nics out to get the recommended layout")


@rule("RW-EFA-015")
def interface_card_carries_efa(view: View) -> Iterator[Fault]:
    """Written EFA interfaces are on cards that carry EFA.

    Card 0 of p6-b300 is Ethernet only; tools that put EFA on every card fail to launch it.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html;
    https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2654
    """
    for pool, index, nic in _written(view):
        if nic.type != "interface" and nic.card < pool.machine.cards and nic.card not in pool.machine.efa_cards:
            summary = f"card {nic.card} of {pool.machine.name} carries no EFA"
            yield Fault(pool.path("nics", index), summary, f"cards with EFA: {_span(pool.machine.efa_cards)}")


def _span(cards: tuple[int, ...]) -> str:
    return ", ".join(map(str, cards[:SHOWN])) + (" …" if len(cards) > SHOWN else "") if cards else "none"


@rule("RW-EFA-016")
def one_efa_for_each_card(view: View) -> Iterator[Fault]:
    """A card carries at most one written EFA interface.

    The API refuses a second one.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html; Karpenter's EC2NodeClass validation
    """
    for pool in view.pools:
        cards = [nic.card for nic in pool.spec.nics if nic.type != "interface"]
        for card in sorted({card for card in cards if cards.count(card) > 1}):
            summary = f"card {card} has {cards.count(card)} EFA interfaces, the limit is 1"
            yield Fault(pool.path("nics"), summary, "spread them over the cards")


@rule("RW-EFA-017")
def interfaces_are_distinct(view: View) -> Iterator[Fault]:
    """No two written interfaces have the same card and device.

    The second silently replaces the first in some tools; the API refuses it.

    Source: https://github.com/eksctl-io/eksctl/issues/7520
    """
    for pool in view.pools:
        seats = [(nic.card, nic.device) for nic in pool.spec.nics]
        for index, seat in enumerate(seats):
            if seat in seats[:index]:
                summary = f"card {seat[0]}, device {seat[1]} stands twice"
                yield Fault(pool.path("nics", index), summary, "give each its own device index")


@rule("RW-EFA-018", Severity.WARNING)
def interfaces_save_addresses(view: View) -> Iterator[Fault]:
    """Written EFA interfaces beyond the first are `efa-only`.

    Each `efa` interface takes an address: 32 for each p5 node, instead of one.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    """
    for pool in view.pools:
        waste = [nic for nic in pool.spec.nics if nic.type == "efa" and nic.card]
        if waste:
            summary = f"{len(waste)} interfaces of type efa take {len(waste)} addresses of each node"
            yield Fault(pool.path("nics"), summary, "use type efa-only")


@rule("RW-EFA-019")
def alternatives_have_efa(view: View) -> Iterator[Fault]:
    """Every alternative of an EFA pool has EFA with the same number of cards.

    One launch template describes the interfaces of all of them; a type with fewer cards is refused.

    Source: AWS ParallelCluster, InstancesEFAValidator and InstancesNetworkingValidator
    """
    for pool in view.efa_pools:
        for index, name in enumerate(pool.spec.alternatives):
            other = view.catalog.machines.get(name)
            if other and other.efa_cards != pool.machine.efa_cards:
                have, want = len(other.efa_cards), len(pool.machine.efa_cards)
                summary = f"'{name}' has {have} EFA cards, {pool.machine.name} has {want}"
                yield Fault(pool.path("alternatives", index), summary, "list types with equal cards only")


@rule("RW-EFA-024", Severity.INFO)
def late_cards_are_waited_for(view: View) -> Iterator[Fault]:
    """Health checks of p5en wait for EFA devices that appear late.

    On p5en the devices may show up some seconds after boot; a check that does not try again drains healthy nodes.

    Source: https://github.com/aws-samples/awsome-distributed-training (health-check suite, check 2)
    """
    for pool in view.efa_pools:
        if pool.machine.family == "p5en":
            yield Fault(pool.path("machine"), "EFA devices of p5en appear late", "the acceptance check tries again")


@rule("RW-EFA-025", Severity.WARNING)
def own_groups_admit_the_fabric(view: View) -> Iterator[Fault]:
    """Security groups of one's own do not stand in the way of the fabric.

    EFA traffic is admitted only by a rule from the group to itself, in *and* out; 0.0.0.0/0 does not match it. Our own
    group has both; whether yours clash can be seen online only.

    Source: https://github.com/gardener/gardener-extension-provider-aws/issues/1832,
    https://github.com/ofiwg/libfabric/issues/11256; AWS ParallelCluster, EfaSecurityGroupValidator
    """
    for pool in view.efa_pools:
        if pool.spec.security_groups:
            listed = ", ".join(pool.spec.security_groups)
            yield Fault(pool.path("security_groups"), f"{listed} cannot be checked offline", "run check --online")


@rule("RW-EFA-026")
def security_groups_fit(view: View) -> Iterator[Fault]:
    """An interface has at most five security groups.

    Five is the default quota; our own two groups count.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
    """
    for name, pool in view.spec.pools.items():
        if len(pool.security_groups) > MOST_GROUPS - OWN_GROUPS:
            summary = f"{len(pool.security_groups)} groups and our own {OWN_GROUPS} are more than {MOST_GROUPS}"
            yield Fault(("pools", name, "security_groups"), summary, "merge some of them")
