"""Addresses, ways in and out."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from rackwright.catalog.load import nearest
from rackwright.catalog.regions import REGION_PREFIX, SERVICES
from rackwright.design.cluster import design_cluster
from rackwright.diagnostics import InputError
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path

LARGEST_CLIENTS, SMALLEST_CLIENTS = 12, 22
EKS_ZONES = 2

SMALLEST_VPC, LARGEST_VPC = 28, 16
_PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
_FORBIDDEN = tuple(
    IPv4Network(text) for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")
)
_DOCKER = IPv4Network("172.17.0.0/16")
_RESERVED_ASNS = (7224, 9059, 10124, 17943)
_VPC_MTU = 9001
_WIDE_PREFIX = 16


def _cidr(view: View) -> IPv4Network:
    return IPv4Network(view.spec.network.cidr)


def _others(view: View) -> Iterator[tuple[Path, IPv4Network]]:
    """Networks that must stay apart from the cluster's own."""
    network = view.spec.network
    for index, peer in enumerate(network.peer_cidrs):
        yield ("network", "peer_cidrs", index), IPv4Network(peer)
    for index, remote in enumerate(network.vpn.remote_cidrs if network.vpn else ()):
        yield ("network", "vpn", "remote_cidrs", index), IPv4Network(remote)


@rule("RW-NET-001")
def network_has_a_legal_size(view: View) -> Iterator[Fault]:
    """The network's size is one that a VPC can have.

    A VPC takes IPv4 blocks from /16 (65,536 addresses) to /28 (16 addresses).

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    length = _cidr(view).prefixlen
    if view.on_aws and not LARGEST_VPC <= length <= SMALLEST_VPC:
        summary = f"'{_cidr(view)}' is a /{length}, a VPC takes /{LARGEST_VPC} to /{SMALLEST_VPC}"
        yield Fault(("network", "cidr"), summary, "use a /16, for example 10.40.0.0/16")


@rule("RW-NET-002")
def network_has_room(view: View) -> Iterator[Fault]:
    """The network has room for every pool at its largest.

    A launch that runs out of addresses fails half way. A p5 node whose interfaces are all of type `efa` takes 32
    addresses, with the ip-optimised layout one.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html;
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    """
    if len(view.pools) < len(view.spec.pools) or view.design is not None:
        return
    try:
        design_cluster(view.spec, view.catalog)
    except InputError as problem:
        if "addresses" in problem.summary:
            yield Fault(("network", "cidr"), problem.summary, problem.hint or "use a larger network")


@rule("RW-NET-003", Severity.WARNING)
def network_is_private(view: View) -> Iterator[Fault]:
    """The network is from a private range.

    Public addresses used inside hide the real owners of these addresses from every node.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html (RFC 1918, RFC 6598)
    """
    if not any(_cidr(view).subnet_of(range_) for range_ in (*_PRIVATE, *_FORBIDDEN)):
        yield Fault(("network", "cidr"), f"'{_cidr(view)}' holds public addresses", "use a part of 10.0.0.0/8")


@rule("RW-NET-004")
def network_is_not_reserved(view: View) -> Iterator[Fault]:
    """The network is not loopback, link-local, multicast or reserved.

    These ranges are never routed; the metadata service itself lives in 169.254.0.0/16.

    Source: RFC 6890; https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    for range_ in _FORBIDDEN:
        if _cidr(view).overlaps(range_):
            yield Fault(("network", "cidr"), f"'{_cidr(view)}' overlaps the reserved {range_}", "use 10.40.0.0/16")


@rule("RW-NET-005", Severity.WARNING)
def network_leaves_docker_alone(view: View) -> Iterator[Fault]:
    """The network does not overlap Docker's own bridge.

    Docker claims 172.17.0.0/16 on every node, so addresses of the cluster in it cannot be reached from containers.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html ("avoid the 172.17.0.0/16 range")
    """
    if _cidr(view).overlaps(_DOCKER):
        yield Fault(("network", "cidr"), f"'{_cidr(view)}' overlaps Docker's {_DOCKER}", "use a part of 10.0.0.0/8")


@rule("RW-NET-006")
def neighbours_do_not_overlap(view: View) -> Iterator[Fault]:
    """Peered networks and networks behind the VPN do not overlap the cluster's.

    A VPC peering with an overlap is refused, and a route to an overlap is never used: the local route wins.

    Source: https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-limitations
    """
    for path, other in _others(view):
        if other.overlaps(_cidr(view)):
            yield Fault(path, f"'{other}' overlaps the cluster's '{_cidr(view)}'", "renumber one of them")


@rule("RW-NET-007")
def neighbours_are_distinct(view: View) -> Iterator[Fault]:
    """Networks that are routed to do not overlap one another.

    Only one of two overlapping routes can work, and which one is not visible in the spec.

    Source: https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
    """
    seen: list[IPv4Network] = []
    for path, other in _others(view):
        clash = next((one for one in seen if one.overlaps(other)), None)
        if clash:
            yield Fault(path, f"'{other}' overlaps '{clash}', which is routed elsewhere", "name each network once")
        seen.append(other)


@rule("RW-NET-008")
def client_vpn_has_a_legal_size(view: View) -> Iterator[Fault]:
    """The client VPN's addresses are a /12 to /22 apart from the cluster's.

    The range cannot be changed after the endpoint was made, and must not overlap the VPC.

    Source: https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/cvpn-working-endpoint-create.html
    """
    vpn = view.spec.network.vpn
    if vpn is None or vpn.client_cidr is None:
        return
    clients = IPv4Network(vpn.client_cidr)
    if not LARGEST_CLIENTS <= clients.prefixlen <= SMALLEST_CLIENTS or clients.overlaps(_cidr(view)):
        summary = (
            f"client range '{clients}' must be a /{LARGEST_CLIENTS} to /{SMALLEST_CLIENTS} outside '{_cidr(view)}'"
        )
        yield Fault(("network", "vpn", "client_cidr"), summary, "for example 172.30.0.0/22")


@rule("RW-NET-009")
def vpn_is_complete(view: View) -> Iterator[Fault]:
    """A VPN has what its kind needs: a peer address, or a client range.

    A customer gateway without an address and a client endpoint without a range are refused by the API.

    Source: https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html
    """
    vpn = view.spec.network.vpn
    if vpn is None:
        return
    needed = [("peer_address",), ("client_cidr",)]
    for (name,) in [needed[0]] * vpn.serves_sites + [needed[1]] * vpn.serves_clients:
        if getattr(vpn, name) is None:
            yield Fault(("network", "vpn"), f"a {vpn.kind} VPN has no '{name}'", f"add {name}")


@rule("RW-NET-010")
def vpn_peer_is_public(view: View) -> Iterator[Fault]:
    """The other end of a site-to-site VPN has a public IPv4 address.

    The tunnel starts on the internet; a private address there can never answer.

    Source: https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html
    """
    vpn = view.spec.network.vpn
    if vpn is None or vpn.peer_address is None:
        return
    try:
        peer = IPv4Address(vpn.peer_address)
    except ValueError:
        yield Fault(("network", "vpn", "peer_address"), f"'{vpn.peer_address}' is not an IPv4 address", "a.b.c.d")
        return
    if any(peer in range_ for range_ in (*_PRIVATE, *_FORBIDDEN)):
        yield Fault(("network", "vpn", "peer_address"), f"'{peer}' is private", "give the gateway's public address")


@rule("RW-NET-011")
def vpn_number_is_free(view: View) -> Iterator[Fault]:
    """The other end's autonomous system number is not one of AWS's own.

    7224, 9059, 10124 and 17943 are reserved in one region each; a customer gateway with one of them is refused.

    Source: https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html
    """
    vpn = view.spec.network.vpn
    if vpn and vpn.peer_asn in _RESERVED_ASNS:
        yield Fault(("network", "vpn", "peer_asn"), f"AS number {vpn.peer_asn} belongs to AWS", "use 64512 to 65534")


@rule("RW-NET-012")
def zones_belong_to_the_region(view: View) -> Iterator[Fault]:
    """Every zone is in the target's region.

    A subnet in a zone of another region is refused at creation, after the VPC was already made.

    Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
    """
    target = view.spec.target
    if target.kind == "on-prem":
        return
    prefix = REGION_PREFIX.get(target.region)
    for index, zone in enumerate(target.zone_ids):
        if prefix and zone.partition("-")[0] != prefix:
            summary = f"zone '{zone}' is not in region '{target.region}', whose zones begin with '{prefix}-'"
            yield Fault(("target", "zone_ids", index), summary, f"for example {prefix}-az1")


@rule("RW-NET-013")
def zones_are_distinct(view: View) -> Iterator[Fault]:
    """No zone is named twice.

    Subnets are made once for each zone; two in one zone collide in name and waste half of the network.

    Source: AWS ParallelCluster, QueueSubnetsValidator
    """
    zones = getattr(view.spec.target, "zone_ids", ())
    for index, zone in enumerate(zones):
        if zone in zones[:index]:
            yield Fault(("target", "zone_ids", index), f"zone '{zone}' stands twice", "remove one")


@rule("RW-NET-014")
def pools_are_in_known_zones(view: View) -> Iterator[Fault]:
    """The zone of a pool or file system is one of the target's.

    There is no subnet for it elsewhere.

    Source: AWS ParallelCluster, SubnetsValidator
    """
    zones = getattr(view.spec.target, "zone_ids", ())
    places: list[tuple[Path, str | None]] = [(("pools", n, "zone_id"), p.zone_id) for n, p in view.spec.pools.items()]
    places += [(("storage", n, "zone_id"), getattr(s, "zone_id", None)) for n, s in view.spec.storage.items()]
    for path, zone in places:
        if zone and zone not in zones:
            yield Fault(path, f"zone '{zone}' is not one of {', '.join(zones) or 'none'}", "add it to target.zone_ids")


@rule("RW-NET-015")
def admin_access_is_not_open(view: View) -> Iterator[Fault]:
    """Administration is not open to the whole internet.

    An open ssh port is found and tried within minutes.

    Source: CIS AWS Foundations Benchmark 5.2; NIST SP 800-53 AC-17; AWS ParallelCluster, DcvValidator
    """
    for index, cidr in enumerate(view.spec.network.allowed_admin_cidrs):
        if IPv4Network(cidr).prefixlen == 0:
            where: Path = ("network", "allowed_admin_cidrs", index)
            yield Fault(where, f"'{cidr}' lets the whole internet in", "name your own networks, or use session_manager")


@rule("RW-NET-016", Severity.WARNING)
def admin_access_is_narrow(view: View) -> Iterator[Fault]:
    """Public networks that may administrate are small.

    A public block larger than a /16 is a provider's, not an office's.

    Source: CIS AWS Foundations Benchmark 5.2 (least access)
    """
    for index, cidr in enumerate(view.spec.network.allowed_admin_cidrs):
        network = IPv4Network(cidr)
        private = any(network.subnet_of(range_) for range_ in _PRIVATE)
        if 0 < network.prefixlen < _WIDE_PREFIX and not private:
            where: Path = ("network", "allowed_admin_cidrs", index)
            yield Fault(where, f"'{cidr}' has {network.num_addresses:,} public addresses", "name a smaller network")


@rule("RW-NET-017")
def there_is_a_way_in(view: View) -> Iterator[Fault]:
    """People can reach the head node.

    Without a VPN, an admin network, a peer or session manager the cluster is up and nobody can log in.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager.html
    """
    network = view.spec.network
    ways = (network.vpn, network.allowed_admin_cidrs, network.peer_cidrs, view.spec.access.session_manager)
    if view.on_aws and not any(ways):
        yield Fault(("network",), "there is no way in: no VPN, admin network, peer or session manager", "add one")


_OFFLINE_ENDPOINTS = ("ec2", "ecr.api", "ecr.dkr", "logs", "sts", "ssm", "ssmmessages", "kms")


@rule("RW-NET-018")
def closed_network_has_endpoints(view: View) -> Iterator[Fault]:
    """A network without internet has endpoints for what nodes call while they boot.

    Otherwise nodes hang at their first call to the API and are terminated after half an hour.

    Source: https://docs.aws.amazon.com/parallelcluster/latest/ug/aws-parallelcluster-in-a-single-public-subnet-no-internet-v3.html
    """
    network = view.spec.network
    missing = [name for name in _OFFLINE_ENDPOINTS if name not in network.interface_endpoints]
    if view.on_aws and not network.internet_egress and missing:
        where: Path = ("network", "interface_endpoints")
        yield Fault(where, f"no internet, and no endpoint for {', '.join(missing)}", f"add {', '.join(missing)}")


@rule("RW-NET-019")
def closed_network_has_mirrors(view: View) -> Iterator[Fault]:
    """A network without internet installs from mirrors.

    Package repositories and nvcr.io are on the internet; no endpoint leads there.

    Source: https://github.com/NVIDIA/deepops/blob/master/docs/airgap/README.md
    """
    if not view.spec.network.internet_egress and not view.spec.software.air_gapped:
        summary = "nodes have no internet, but software.air_gapped is false"
        yield Fault(("network", "internet_egress"), summary, "set software.air_gapped: true and software.mirror")


@rule("RW-NET-020")
def endpoints_exist(view: View) -> Iterator[Fault]:
    """Interface endpoints are named after services that have one.

    The API answers an unknown service with InvalidServiceName, after the subnets were made.

    Source: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
    """
    for index, name in enumerate(view.spec.network.interface_endpoints):
        if name not in SERVICES:
            near = nearest(name, SERVICES)
            hint = f"did you mean '{near}'?" if near else "name it as in com.amazonaws.<region>.<name>"
            yield Fault(("network", "interface_endpoints", index), f"'{name}' has no interface endpoint", hint)


@rule("RW-NET-021")
def gateway_endpoints_exist(view: View) -> Iterator[Fault]:
    """Gateway endpoints are for S3 and DynamoDB only.

    No other service has one.

    Source: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    for index, name in enumerate(view.spec.network.gateway_endpoints):
        if name not in {"s3", "dynamodb"}:
            where: Path = ("network", "gateway_endpoints", index)
            yield Fault(
                where, f"'{name}' has no gateway endpoint, only s3 and dynamodb have", "use interface_endpoints"
            )


@rule("RW-NET-022", Severity.WARNING)
def bucket_traffic_avoids_nat(view: View) -> Iterator[Fault]:
    """Traffic to S3 takes the free gateway endpoint.

    Through NAT every GB costs 0.045 USD: a 100 TB data set, read once, costs 4,500 USD.

    Source: https://aws.amazon.com/vpc/pricing/
    """
    if view.on_aws and "s3" not in view.spec.network.gateway_endpoints:
        yield Fault(("network", "gateway_endpoints"), "traffic to S3 goes through NAT", "add s3 to gateway_endpoints")


@rule("RW-NET-023")
def packets_fit(view: View) -> Iterator[Fault]:
    """The largest packet is not larger than the network carries.

    A VPC carries 9001 bytes; larger packets are dropped.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html
    """
    if view.on_aws and view.spec.network.mtu > _VPC_MTU:
        yield Fault(("network", "mtu"), f"mtu is {view.spec.network.mtu}, a VPC carries {_VPC_MTU}", "use 9001")


@rule("RW-NET-024", Severity.WARNING)
def nat_survives_a_zone(view: View) -> Iterator[Fault]:
    """A cluster over several zones has a NAT gateway in each.

    With one NAT, the loss of its zone takes the internet from all zones, and traffic between zones is billed.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
    """
    used = {pool.zone for pool in view.pools if pool.spec.role in {"gpu", "cpu"}}
    network = view.spec.network
    if view.on_aws and network.internet_egress and not network.nat_per_zone and len(used) > 1:
        summary = f"workers are in {len(used)} zones, with one NAT gateway"
        yield Fault(("network", "nat_per_zone"), summary, "set nat_per_zone: true")


@rule("RW-NET-025")
def second_zone_for_the_control_plane(view: View) -> Iterator[Fault]:
    """EKS has subnets in two zones.

    EKS refuses a cluster whose subnets are in one zone.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    """
    zones = getattr(view.spec.target, "zone_ids", ())
    kubernetes = view.spec.kubernetes
    if view.on_aws and kubernetes and (kubernetes.distribution or "eks") == "eks" and len(zones) < EKS_ZONES:
        yield Fault(
            ("target", "zone_ids"), f"EKS needs subnets in {EKS_ZONES} zones, the target has {len(zones)}", "add a zone"
        )
