"""Private addresses: handed out in order, so that the same program gives the same addresses on every machine.

AWS gives any free address of the subnet, except the first four and the last, which it keeps.
Source: AWS VPC User Guide, "Subnet sizing for IPv4"
(docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html, 2026-11).
Here instances get the lowest free one and everything else (NAT gateways, endpoints, mount targets) the highest, so
that neither kind moves the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.subnets import Subnet

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply

KEPT_AT_START = 4
"""Network address, router, DNS and one for later use."""
KEPT_AT_END = 1


def usable(cidr: IPv4Network) -> range:
    """Addresses that AWS hands out, as integers."""
    first = int(cidr.network_address)
    return range(first + KEPT_AT_START, first + cidr.num_addresses - KEPT_AT_END)


def first_free(candidates: Iterable[int], taken: set[str]) -> str | None:
    """The first candidate that is not taken."""
    return next((text for number in candidates if (text := str(IPv4Address(number))) not in taken), None)


def taken_in(subnet: Any) -> set[str]:
    """Addresses of the subnet that something has."""
    interfaces = (eni for eni in subnet.ec2_backend.enis.values() if eni.subnet.id == subnet.id)
    return {*vars(subnet)["_subnet_ips"], *_addresses(interfaces)}


def _addresses(interfaces: Iterable[Any]) -> Iterator[str]:
    for eni in interfaces:
        yield from (one["PrivateIpAddress"] for one in eni.private_ip_addresses)


def take(subnet: Any, holder: object, *, lowest: bool) -> str:
    """Reserve an address. Raises `ApiError` when the subnet is full, in AWS's words."""
    order = usable(subnet.cidr)
    free = (number for number in (order if lowest else reversed(order)) if not _is_reserved(subnet, number))
    found = first_free(free, taken_in(subnet))
    if found is None:
        raise ApiError(
            "InsufficientFreeAddressesInSubnet",
            f"There are not enough free addresses in subnet '{subnet.id}' for the request.",
        )
    vars(subnet)["_subnet_ips"][found] = holder
    return found


def _is_reserved(subnet: Any, number: int) -> bool:
    """Whether the address lies in a reservation, from which AWS gives nothing by itself.

    Source: AWS VPC User Guide, "Subnet CIDR reservations".
    """
    address = IPv4Address(number)
    return any(address in one.cidr for one in vars(subnet)["_cidr_reservations"])


def _take_lowest(subnet: Any, instance: Any) -> str:
    return take(subnet, instance, lowest=True)


def _request(subnet: Any, ip: str, instance: Any) -> None:
    """A given address. Source: AWS EC2 API Reference, "Error codes" (InvalidIPAddress.InUse)."""
    number = int(ip_address(ip))
    if number not in usable(subnet.cidr):
        raise ApiError("InvalidParameterValue", f"Address {ip} does not fall within the subnet's address range")
    if ip in taken_in(subnet):
        raise ApiError("InvalidIPAddress.InUse", f"Address {ip} is in use.")
    vars(subnet)["_subnet_ips"][ip] = instance


_plain_interface = NetworkInterface.__init__


def _interface(self: Any, ec2_backend: Any, subnet: Any, private_ip_address: Any, *args: Any, **kwargs: Any) -> None:
    """Moto gives interfaces without an address a random one, often from another network, and makes unknown groups."""
    _check_groups(ec2_backend, kwargs.get("group_ids") or [])
    where = ec2_backend.get_subnet(subnet) if isinstance(subnet, str) else subnet
    asked = private_ip_address[0] if isinstance(private_ip_address, list) and private_ip_address else private_ip_address
    inside = bool(asked) and ip_address(str(asked)) in where.cidr
    address = asked if inside or kwargs.get("private_ip_addresses") else take(where, self, lowest=False)
    _plain_interface(self, ec2_backend, where, address, *args, **kwargs)


def _check_groups(ec2: Any, group_ids: Iterable[str]) -> None:
    """Security groups of an interface must exist.

    Source: AWS EC2 API Reference, "Error codes" (InvalidGroup.NotFound).
    """
    for group in group_ids:
        if ec2.get_security_group_from_id(group) is None:
            raise ApiError("InvalidGroup.NotFound", f"The security group '{group}' does not exist")


def create_subnet(call: Call) -> Reply:
    """Only subnets of a default VPC are default ones, and only those give public addresses by themselves.

    Source: AWS VPC User Guide, "Modify the IP addressing attributes of your subnet".
    """
    before = set(_subnets(call))
    reply = call.forward()
    for subnet in (subnet for id_, subnet in _subnets(call).items() if id_ not in before):
        subnet.default_for_az = subnet.map_public_ip_on_launch = False
    return reply


def _subnets(call: Call) -> dict[str, Any]:
    return {subnet.id: subnet for zone in call.state().subnets.values() for subnet in zone.values()}


def install() -> None:
    """Put these rules into moto."""
    type.__setattr__(Subnet, "get_available_subnet_ip", _take_lowest)
    type.__setattr__(Subnet, "request_ip", _request)
    type.__setattr__(NetworkInterface, "__init__", _interface)


BEHAVIOURS: Behaviours = {("ec2", "CreateSubnet"): create_subnet}
