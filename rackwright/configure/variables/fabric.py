"""Variables of the fabric roles: EFA, InfiniBand and its manager, RoCE."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network

from rackwright.configure.variables.area import Area, Site, Variables
from rackwright.design.host_model import FabricSubnet
from rackwright.inventory import Host

EFA_INSTALLER = "efa-installer"
MANAGER_PRIORITY = 14
"""Priority of the first subnet manager; each further one is lower by one. opensm takes 0 to 15."""


def _of_groups(site: Site) -> Mapping[str, Variables]:
    present, subnet = not site.is_rehearsal, site.design.subnet or FabricSubnet()
    archive = site.lock.packages.get("aws-efa-installer")
    efa: dict[str, object] = {
        "fabric_efa_card_present": present,
        "fabric_efa_version": site.lock.software.get(EFA_INSTALLER, ""),
        "fabric_efa_digest": (archive.digest or "").removeprefix("sha256:") if archive else "",
    }
    if mirror := site.design.hosts.mirror:
        efa["fabric_efa_archives"] = f"{mirror.rstrip('/')}/files"
    return {
        "fabric_efa": efa,
        "fabric_infiniband": {
            "fabric_infiniband_card_present": present,
            "fabric_infiniband_driver": "doca" if subnet.doca else "inbox",
            "fabric_infiniband_sharp": subnet.sharp,
        },
        "subnet_manager": {
            "subnet_manager_card_present": present,
            "subnet_manager_partitions": subnet.partitions,
        },
        "roce": {
            "roce_card_present": present,
            "roce_mtu_bytes": site.design.hosts.mtu,
            "roce_tool": "mlnx_qos" if subnet.doca else "dcb",
        },
    }


def _of_host(host: Host, site: Site) -> Variables:
    subnet = site.design.subnet or FabricSubnet()
    found: dict[str, object] = {}
    if "fabric_efa" in host.roles:
        pool = site.design.pool(host.pool)
        found["fabric_efa_expected_cards"] = sum(nic.interface_type != "interface" for nic in pool.nics)
    if "fabric_infiniband" in host.roles:
        found["fabric_infiniband_ipoib_address"] = ipoib_address(host, site)
    if "subnet_manager" in host.roles:
        managers = [one.name for one in site.inventory.in_role("subnet_manager")]
        found["subnet_manager_settings"] = settings_of_manager(subnet.opensm, managers.index(host.name))
    return found


def ipoib_address(host: Host, site: Site) -> str:
    """Address of `host` on IP over InfiniBand with its prefix: the same place as in the cluster's own network."""
    subnet = site.design.subnet
    if subnet is None or subnet.ipoib is None:
        return ""
    own, other = IPv4Network(site.design.network.cidr), IPv4Network(subnet.ipoib)
    place = int(IPv4Address(str(host.address))) - int(own.network_address)
    return f"{other.network_address + place}/{other.prefixlen}"


def settings_of_manager(opensm: str, number: int) -> str:
    """opensm.conf of the manager `number` (from 0): the first one wins while it lives."""
    line = f"sm_priority {MANAGER_PRIORITY}"
    return opensm.replace(line, f"sm_priority {max(0, MANAGER_PRIORITY - number)}")


AREA = Area(frozenset({"fabric_efa", "fabric_infiniband", "subnet_manager", "roce"}), _of_groups, _of_host)
