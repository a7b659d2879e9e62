"""Who may open a connection to which port of a host: nftables' input rules from the design. Pure.

Everything is refused unless a rule here admits it. The rules never name single hosts of an elastic pool but the network
that its nodes live in, so that a node that joins needs no change on the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network, collapse_addresses
from typing import Literal
from urllib.parse import urlsplit

from rackwright.configure.variables.area import Site
from rackwright.design.model import Design
from rackwright.inventory import Host

SSH_PORT = 22

Audience = Literal["admins", "cluster", "pool"]

SERVICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "slurm_controller": (("tcp", "6817-6819"), ("tcp", "60001-63000")),
    "slurm_login": (("tcp", "60001-63000"),),
    "slurm_node": (("tcp", "6818"), ("tcp", "60001-63000")),
    "node_exporter": (("tcp", "9100"),),
    "dcgm_exporter": (("tcp", "9400"),),
    "nfs_server": (("tcp", "2049"),),
    "object_store": (("tcp", "9000"),),
    "storage_lustre": (("tcp", "988"),),
}
"""Role -> protocol and ports that hosts of the cluster reach. Sources: slurm.conf(5) SlurmctldPort, SlurmdPort,
SrunPortRange (ours); Prometheus' list of default ports; RFC 7530, section 3.1 (NFS); Lustre manual, "LNet" (988)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One admission."""

    name: str
    """Why, for the comment in the rule set."""
    networks: tuple[str, ...]
    """Where connections may come from, disjoint and sorted."""
    protocol: str = ""
    """``tcp`` or ``udp``; empty for all."""
    ports: str = ""
    """A port or a range; empty for all."""


def input_rules(host: Host, site: Site) -> list[dict[str, object]]:
    """The rules of `host`, in the order in which they are tried."""
    return [asdict(rule) for rule in _rules(host, site) if rule.networks]


def admin_networks(site: Site) -> tuple[str, ...]:
    """Networks that may reach ssh: those of the spec, the cluster's own, and the controller of a rehearsal."""
    return disjoint([*site.design.hosts.admin_networks, *own_networks(site)])


def own_networks(site: Site) -> tuple[str, ...]:
    """The cluster's own network and the controller of a rehearsal: nobody guesses there, but much connects."""
    return disjoint([site.design.network.cidr, *_rehearsal_gateway(site)])


def open_interfaces(design: Design) -> list[str]:
    """Interfaces on which everything is admitted: IP over InfiniBand, which only nodes of the fabric are on."""
    return ["ib*"] if design.fabric.kind == "infiniband" else []


def disjoint(networks: Iterable[str]) -> tuple[str, ...]:
    """`networks` without overlaps, sorted: nftables refuses intervals that overlap."""
    return tuple(str(network) for network in collapse_addresses(IPv4Network(text) for text in networks))


def pool_networks(host: Host, site: Site) -> tuple[str, ...]:
    """Where the nodes of `host`'s pool live: its subnet, or the known addresses where the design has no such subnet."""
    subnets = {subnet.name: subnet.cidr for subnet in site.design.network.subnets}
    pools = {pool.name: pool for pool in site.design.pools}
    subnet = pools[host.pool].subnet if host.pool in pools else ""
    if subnet in subnets:
        return disjoint([subnets[subnet]])
    return disjoint(str(other.address) for other in site.inventory.hosts if other.pool == host.pool)


def _rules(host: Host, site: Site) -> Iterator[Rule]:
    cluster = disjoint([site.design.network.cidr, *_members(site)])
    yield Rule("ssh: administrators, the cluster, and its controller", admin_networks(site), "tcp", str(SSH_PORT))
    if host.roles & {"slurm_node", "gpu_driver", "fabric_efa", "fabric_infiniband", "roce"}:
        yield Rule(f"pool {host.pool}: jobs of several nodes", pool_networks(host, site))
    for role in sorted(host.roles & SERVICES.keys()):
        yield from (Rule(role, cluster, protocol, ports) for protocol, ports in SERVICES[role])
    if site.design.scheduler.kind == "kubernetes":
        yield Rule("kubernetes: nodes and the pods on them", cluster)


def _members(site: Site) -> list[str]:
    """Hosts that live outside the design's network: only those of a rehearsal can."""
    if site.services is None:
        return []
    cidr = IPv4Network(site.design.network.cidr)
    return [str(host.address) for host in site.inventory.hosts if host.address not in cidr]


def _rehearsal_gateway(site: Site) -> tuple[str, ...]:
    """The local cloud reaches its machines from the address that it serves packages on."""
    host = urlsplit(site.services.apt_repo).hostname if site.services else None
    return (f"{host}/32", *_members(site)) if host else ()
