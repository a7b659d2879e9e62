"""Fabrics, partitions and management of a site of one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Network
from math import ceil

from rackwright.catalog.fabric import Switch, switches
from rackwright.catalog.load import nearest
from rackwright.design.fabric import fabric_request
from rackwright.design.pools import plan_pools
from rackwright.diagnostics import InputError
from rackwright.fabric import design_fabric
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import PoolView, View
from rackwright.spec.network import FabricSpec
from rackwright.spec.places import Path

SHARP_FLOWS = 2
UNIT_NODES = 32

DEFAULT_PKEY = 0x7FFF
FULL_MEMBER = 0x8000
PKEY_TABLE = 128
ROW = 12
"""Racks in a row, for estimating cables (our choice)."""


def _wired(view: View) -> list[PoolView]:
    """Pools whose nodes are on the fabric."""
    return [pool for pool in view.nvidia_pools if pool.machine.nics] if view.on_prem else []


def _switch(fabric: FabricSpec | None) -> Switch | None:
    return switches().get(fabric.switch) if fabric else None


@rule("RW-ONP-001")
def nodes_have_a_fabric(view: View) -> Iterator[Fault]:
    """Several GPU nodes of a site are on a fabric.

    Source: https://docs.nvidia.com/dgx-superpod/reference-architecture-scalable-infrastructure-h100/latest/network-fabrics.html
    """
    nodes = sum(pool.most for pool in _wired(view))
    if nodes > 1 and view.spec.fabric is None:
        yield Fault(("fabric",), f"{nodes} GPU nodes and no fabric", "add fabric: {kind: infiniband, switch: qm9700}")


@rule("RW-ONP-002")
def fabric_is_for_a_site(view: View) -> Iterator[Fault]:
    """A fabric is described for a site of one's own.

    On AWS the fabric is EFA, and nothing of it can be chosen.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html
    """
    if view.spec.fabric is not None and not view.on_prem:
        yield Fault(("fabric",), f"target '{view.spec.target.kind}' has no fabric of one's own", "remove fabric")


@rule("RW-ONP-003")
def switch_is_known(view: View) -> Iterator[Fault]:
    """The switch is in the catalog.

    Source: our own model: radix, speed and power of a fabric come from its switch
    """
    fabric = view.spec.fabric
    if fabric and fabric.switch not in switches():
        near = nearest(fabric.switch, switches())
        hint = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(switches()))}"
        yield Fault(("fabric", "switch"), f"the catalog has no switch '{fabric.switch}'", hint)


@rule("RW-ONP-004")
def switch_speaks_the_protocol(view: View) -> Iterator[Fault]:
    """The switch speaks the protocol of the fabric.

    Source: https://docs.nvidia.com/networking/ (QM and Q switches are InfiniBand, SN switches Ethernet)
    """
    fabric, switch = view.spec.fabric, _switch(view.spec.fabric)
    wanted = "infiniband" if fabric and fabric.kind == "infiniband" else "ethernet"
    if fabric and switch and switch.protocol != wanted:
        summary = f"switch '{switch.name}' speaks {switch.protocol}, the fabric is {fabric.kind}"
        yield Fault(("fabric", "switch"), summary, "change the switch or the kind")


@rule("RW-ONP-005", Severity.WARNING)
def switch_keeps_up(view: View) -> Iterator[Fault]:
    """A switch port is as fast as the adapters.

    Source: https://docs.nvidia.com/dgx-superpod/ (one port of the adapter's speed for each rail)
    """
    switch = _switch(view.spec.fabric)
    for pool in _wired(view):
        if switch and switch.port_gbps < pool.machine.nic_gbps:
            name, speed = pool.machine.name, pool.machine.nic_gbps
            summary = f"'{switch.name}' has ports of {switch.port_gbps} Gbps, {name} of {speed:g}"
            yield Fault(("fabric", "switch"), summary, "take a faster switch")


@rule("RW-ONP-006")
def fabric_can_be_built(view: View) -> Iterator[Fault]:
    """A tree of the chosen switch carries all nodes.

    Two tiers carry radix²/2 ports, three carry more; units larger than a leaf, and too many nodes, cannot be wired.

    Source: https://docs.nvidia.com/dgx-superpod/reference-architecture-scalable-infrastructure-h100/latest/network-fabrics.html,
    table 4; Al-Fares, Loukissas, Vahdat, SIGCOMM 2008
    """
    fabric = view.spec.fabric
    known = len(view.pools) == len(view.spec.pools)  # RW-CAT-001 names the unknown machine
    if fabric is None or _switch(fabric) is None or not known or not _wired(view):
        return
    wired = [plan for plan in plan_pools(view.spec, view.catalog) if plan.machine.gpus and plan.machine.nics]
    try:
        design_fabric(fabric_request(fabric, wired))
    except InputError as problem:
        summary = problem.problems[0].summary if problem.problems else problem.summary
        yield Fault(("fabric",), summary, problem.hint or "take a larger switch")


@rule("RW-ONP-007")
def unit_fits_a_leaf(view: View) -> Iterator[Fault]:
    """A scalable unit has at most as many nodes as a leaf has ports for nodes.

    A leaf keeps half its ports for uplinks; a unit of 40 nodes on 64-port switches would leave 8 nodes on another leaf.

    Source: https://docs.nvidia.com/dgx-superpod/ (32 nodes in a unit on 64-port switches)
    """
    fabric, switch = view.spec.fabric, _switch(view.spec.fabric)
    if fabric and switch and fabric.nodes_per_unit:
        most = switch.radix - ceil(switch.radix / (1 + fabric.oversubscription))
        if fabric.nodes_per_unit > most:
            summary = f"a unit of {fabric.nodes_per_unit} nodes, a leaf of {switch.name} serves {most}"
            yield Fault(("fabric", "nodes_per_unit"), summary, f"use {most} or less")


@rule("RW-ONP-008", Severity.WARNING)
def training_fabric_does_not_block(view: View) -> Iterator[Fault]:
    """A fabric for training does not block.

    All-to-all and all-reduce over the whole cluster run at the pace of the narrowest uplink.

    Source: https://docs.nvidia.com/dgx-superpod/ (non-blocking compute fabric)
    """
    fabric = view.spec.fabric
    if fabric and fabric.oversubscription > 1 and sum(pool.most for pool in _wired(view)) > 1:
        summary = f"oversubscription is {fabric.oversubscription:g}, training wants 1"
        yield Fault(("fabric", "oversubscription"), summary, "use 1, or keep jobs within a unit")


@rule("RW-ONP-009")
def nodes_bring_the_bandwidth(view: View) -> Iterator[Fault]:
    """Every GPU node brings the bandwidth that the spec asks for.

    Source: our own model: fabric.min_bandwidth is a promise to users
    """
    wanted = view.spec.fabric.min_bandwidth if view.spec.fabric else None
    for pool in _wired(view):
        brings = pool.machine.nics * pool.machine.nic_gbps
        if wanted is not None and brings < wanted:
            summary = f"{pool.machine.name} brings {brings:g} Gbps, the fabric asks for {wanted:g}"
            yield Fault(pool.path("machine"), summary, "take another machine, or lower min_bandwidth")


@rule("RW-ONP-010")
def adapters_speak_the_protocol(view: View) -> Iterator[Fault]:
    """The machine's adapters speak the protocol of the fabric.

    Source: https://docs.nvidia.com/dgx/ (adapters of each system)
    """
    fabric = view.spec.fabric
    for pool in _wired(view):
        if fabric and pool.machine.fabric not in {"either", fabric.kind}:
            summary = f"{pool.machine.name} is sold for {pool.machine.fabric}, the fabric is {fabric.kind}"
            yield Fault(("fabric", "kind"), summary, f"use kind: {pool.machine.fabric}")


@rule("RW-ONP-011")
def partition_keys_are_distinct(view: View) -> Iterator[Fault]:
    """No two tenants have one partition key.

    The low 15 bits are the key; the top bit says only who is a full member.

    Source: https://raw.githubusercontent.com/linux-rdma/opensm/master/doc/partition-config.txt
    """
    seen: dict[int, str] = {}
    for name, tenant in view.spec.fabric.tenants.items() if view.spec.fabric else ():
        key = int(tenant.pkey, 16) & DEFAULT_PKEY
        if key in seen:
            where: Path = ("fabric", "tenants", name, "pkey")
            yield Fault(where, f"'{tenant.pkey}' is also the key of '{seen[key]}'", "give each tenant its own")
        seen[key] = name


@rule("RW-ONP-012")
def partition_keys_are_free(view: View) -> Iterator[Fault]:
    """A tenant's key is neither zero nor the default partition's.

    0x7fff is the partition that every port is in; giving it to a tenant joins all tenants.

    Source: https://raw.githubusercontent.com/linux-rdma/opensm/master/doc/partition-config.txt
    """
    for name, tenant in view.spec.fabric.tenants.items() if view.spec.fabric else ():
        if int(tenant.pkey, 16) & DEFAULT_PKEY in {0, DEFAULT_PKEY}:
            where: Path = ("fabric", "tenants", name, "pkey")
            yield Fault(where, f"'{tenant.pkey}' is reserved", "use 0x8001 to 0xfffe")


@rule("RW-ONP-013", Severity.WARNING)
def members_are_full(view: View) -> Iterator[Fault]:
    """Ports of a tenant are full members.

    Two limited members cannot talk to each other: every node is alone.

    Source: InfiniBand Architecture Specification 10.9; opensm partition-config.txt
    """
    for name, tenant in view.spec.fabric.tenants.items() if view.spec.fabric else ():
        if not int(tenant.pkey, 16) & FULL_MEMBER:
            full = f"0x{int(tenant.pkey, 16) | FULL_MEMBER:04x}"
            where: Path = ("fabric", "tenants", name, "pkey")
            yield Fault(where, f"'{tenant.pkey}' makes limited members", f"write {full}")


@rule("RW-ONP-014")
def tenants_have_pools(view: View) -> Iterator[Fault]:
    """Tenants name pools that exist, and a pool has one tenant.

    Source: NIST SP 800-53 SC-7(21) (isolation of system components)
    """
    owner: dict[str, str] = {}
    for name, tenant in view.spec.fabric.tenants.items() if view.spec.fabric else ():
        for index, pool in enumerate(tenant.pools):
            where: Path = ("fabric", "tenants", name, "pools", index)
            if pool not in view.spec.pools:
                yield Fault(where, f"there is no pool '{pool}'", f"pools: {', '.join(view.spec.pools)}")
            elif pool in owner:
                yield Fault(where, f"pool '{pool}' belongs to '{owner[pool]}' as well", "leave it to one tenant")
            owner[pool] = name


@rule("RW-ONP-015", Severity.WARNING)
def pools_have_tenants(view: View) -> Iterator[Fault]:
    """Where there are tenants, every GPU pool has one.

    A pool outside stays in the default partition, in which everyone is.

    Source: https://raw.githubusercontent.com/linux-rdma/opensm/master/doc/partition-config.txt
    """
    tenants = view.spec.fabric.tenants if view.spec.fabric else {}
    placed = {pool for tenant in tenants.values() for pool in tenant.pools}
    for pool in _wired(view):
        if tenants and pool.name not in placed:
            yield Fault(("pools", pool.name), f"pool '{pool.name}' has no tenant", "add it to one")


@rule("RW-ONP-016")
def reductions_are_possible(view: View) -> Iterator[Fault]:
    """Reductions in the network have switches and a layout that can do them.

    NCCL uses one aggregation flow for each rail, so ports of one rail must share a leaf; Ethernet switches have none.

    Source: https://docs.nvidia.com/networking/display/sharpv390 (streaming aggregation); HPC-X 2.26
    """
    fabric, switch = view.spec.fabric, _switch(view.spec.fabric)
    if fabric and fabric.sharp and switch and (switch.sharp is None or fabric.topology != "rail-optimised"):
        summary = f"sharp with '{switch.name}' ({switch.sharp or 'no SHARP'}) and topology {fabric.topology}"
        yield Fault(("fabric", "sharp"), summary, "use an InfiniBand switch and rail-optimised, or sharp: false")


@rule("RW-ONP-017", Severity.WARNING)
def reductions_have_flows(view: View) -> Iterator[Fault]:
    """Reductions in the network are not shared by more than two tenants.

    A switch supports two streaming aggregation flows; a third tenant gets none.

    Source: https://docs.nvidia.com/networking/display/sharpv390 (at most 2 streaming aggregation flows)
    """
    fabric = view.spec.fabric
    if fabric and fabric.sharp and len(fabric.tenants) > SHARP_FLOWS:
        yield Fault(
            ("fabric", "sharp"),
            f"sharp with {len(fabric.tenants)} tenants, a switch serves {SHARP_FLOWS}",
            "sharp: false",
        )


@rule("RW-ONP-018", Severity.WARNING)
def management_is_protected(view: View) -> Iterator[Fault]:
    """Subnet management takes a key where tenants or sensitive data are on the fabric.

    Root on one node may otherwise rewrite the routing and the partitions of all.

    Source: https://docs.nvidia.com/networking/display/ufmsecurity (Bare Metal Cloud profile); NIST SP 800-53 SC-7
    """
    fabric = view.spec.fabric
    if fabric and not fabric.management_key and (fabric.tenants or view.sensitive):
        yield Fault(("fabric", "management_key"), "any root may manage the subnet", "set it to true")


@rule("RW-ONP-019", Severity.WARNING)
def cables_reach(view: View) -> Iterator[Fault]:
    """The longest cable that may be ordered reaches over the racks.

    Estimated as a row of twelve racks, two metres between rows, and three metres up and down at each end.

    Source: https://docs.nvidia.com/dgx-superpod/design-guide-cabling-data-centers/latest/
    """
    fabric, target = view.spec.fabric, view.spec.target
    if fabric is None or target.kind != "on-prem":
        return
    rows = ceil(target.racks.count / ROW)
    longest = min(target.racks.count, ROW) * target.racks.pitch + (rows - 1) * 2 + 6
    if longest > fabric.max_cable:
        summary = f"the longest run is about {longest:.0f} m, max_cable is {fabric.max_cable:g} m"
        yield Fault(("fabric", "max_cable"), summary, f"{ceil(longest)} m, or move the spines to the middle")


@rule("RW-ONP-020")
def clocks_agree(view: View) -> Iterator[Fault]:
    """A site has time servers.

    munge refuses credentials when two clocks differ by five minutes, and TLS and Kerberos soon after.

    Source: https://github.com/dun/munge/wiki/Man-7-munge (TTL of 300 s); NIST SP 800-53 AU-8
    """
    if view.on_prem and not view.spec.network.ntp_servers and not view.spec.network.internet_egress:
        yield Fault(("network", "ntp_servers"), "no internet and no time server", "name two or more")


@rule("RW-ONP-021")
def consoles_are_apart(view: View) -> Iterator[Fault]:
    """The network of the management controllers is apart from the nodes'.

    Whoever reaches a BMC owns the machine below its operating system.

    Source: https://media.defense.gov/2023/Jun/14/2003241405/-1/-1/0/CSI_HARDEN_BMCS.PDF; NIST SP 800-53 SC-7
    """
    target = view.spec.target
    consoles = target.bmc_cidr if target.kind == "on-prem" else None
    if consoles and IPv4Network(consoles).overlaps(IPv4Network(view.spec.network.cidr)):
        summary = f"'{consoles}' overlaps the nodes' '{view.spec.network.cidr}'"
        yield Fault(("target", "bmc_cidr"), summary, "use a network of its own")


@rule("RW-ONP-022")
def partitions_fit_the_table(view: View) -> Iterator[Fault]:
    """There are no more tenants than a port has partition entries.

    Source: ConnectX adapters hold 128 partition keys for each port (https://docs.nvidia.com/networking/)
    """
    tenants = view.spec.fabric.tenants if view.spec.fabric else {}
    if len(tenants) >= PKEY_TABLE:
        yield Fault(("fabric", "tenants"), f"{len(tenants)} tenants, a port holds {PKEY_TABLE - 1}", "merge some")


@rule("RW-ONP-023", Severity.WARNING)
def one_speed_on_the_fabric(view: View) -> Iterator[Fault]:
    """Nodes on one fabric have equal adapters.

    Rails of different number or speed leave ports of the leaves unused, and collectives run at the slowest.

    Source: https://docs.nvidia.com/dgx-superpod/ (one kind of node in a SuperPOD)
    """
    kinds = Counter((pool.machine.nics, pool.machine.nic_gbps) for pool in _wired(view))
    if len(kinds) > 1 and view.spec.fabric:
        listed = ", ".join(f"{count} x {speed:g} Gbps" for count, speed in kinds)
        yield Fault(("fabric",), f"pools bring {listed}", "give each kind a stack of its own")


@rule("RW-ONP-024", Severity.WARNING)
def fabric_is_watched(view: View) -> Iterator[Fault]:
    """A fabric of more than one unit has UFM.

    Flapping links and wrong cables are found by counters over the whole fabric, not by any node.

    Source: https://docs.nvidia.com/dgx-superpod/ (UFM in every SuperPOD)
    """
    fabric = view.spec.fabric
    nodes = sum(pool.most for pool in _wired(view))
    if fabric and fabric.kind == "infiniband" and not fabric.ufm and nodes > UNIT_NODES:
        yield Fault(("fabric", "ufm"), f"{nodes} nodes on InfiniBand without UFM", "set ufm: true")


@rule("RW-ONP-025")
def cloud_logs_need_a_cloud(view: View) -> Iterator[Fault]:
    """A site's logs do not go to CloudWatch.

    Source: our own model: the nodes of a site have no role in AWS
    """
    if view.on_prem and view.spec.monitoring.logs == "cloudwatch":
        yield Fault(("monitoring", "logs"), "logs go to CloudWatch from a site of one's own", "use loki or syslog")


@rule("RW-ONP-026")
def site_buys_nothing_by_the_hour(view: View) -> Iterator[Fault]:
    """Pools of a site are neither elastic nor bought.

    Machines of one's own are there or not.

    Source: our own model: capacity is a matter of clouds
    """
    for name, pool in view.spec.pools.items():
        if view.on_prem and (pool.capacity.kind != "on-demand" or pool.nodes.min != pool.nodes.max):
            low, high = pool.nodes.min, pool.nodes.max
            summary = f"capacity {pool.capacity.kind} and {low} to {high} nodes on a site of one's own"
            yield Fault(("pools", name), summary, f"write nodes: {high} and no capacity")
