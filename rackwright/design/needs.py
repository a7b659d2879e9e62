"""How many addresses each tier needs in each zone."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from rackwright.design.elastic import block_size, elastic_count
from rackwright.design.endpoints import interface_endpoints
from rackwright.design.names import FIRST_FIXED_OFFSET
from rackwright.design.subnets import Need, Tier
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.storage import Efs, FsxLustre

PUBLIC_ADDRESSES = 24
"""Room for a NAT gateway and a load balancer, which wants eight free addresses in each subnet.
Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html,
read 2026-11-21."""

ROLLING_SHARE = 0.10
"""Our choice: room for one tenth more nodes, so that a replacement can start before the old node has left."""

LUSTRE_GIB_PER_SERVER = 1200
"""Our planning value: FSx for Lustre puts an interface on every file server; servers hold 1.2 TiB or more."""

LUSTRE_EXTRA = 4
"""Interfaces of metadata servers and room for their replacement (our choice)."""

FIREWALL_ADDRESSES = 3
"""Endpoint of the firewall and room for its replacement; AWS wants a subnet of its own with at least one free address.
Source: https://docs.aws.amazon.com/network-firewall/latest/developerguide/vpc-config-subnets.html, read 2026-11-21."""

_TIER_OF_ROLE: Mapping[str, Tier] = {
    "control": "private",
    "login": "private",
    "cpu": "private",
    "storage": "private",
    "gpu": "gpu",
}


def tier_of(spec: ClusterSpec, pool: str) -> Tier:
    """Tier that a pool lives in: login nodes with a public address stand where the internet reaches them."""
    wanted = spec.pools[pool]
    on_show = wanted.role == "login" and wanted.public_ip and spec.target.kind != "on-prem"
    return "public" if on_show else _TIER_OF_ROLE[wanted.role]


def zones_of(spec: ClusterSpec) -> tuple[str, ...]:
    """Zones of the cluster; a site of one's own is one zone, named after it."""
    return (spec.target.site,) if spec.target.kind == "on-prem" else spec.target.zone_ids


def zone_of_pool(spec: ClusterSpec, pool: str) -> str:
    """Zone of a pool: its own, that of its reservation, or the first one of the target."""
    wanted = spec.pools[pool]
    return wanted.zone_id or wanted.capacity.zone_id or zones_of(spec)[0]


def zone_of_storage(spec: ClusterSpec, storage: FsxLustre) -> str:
    """Zone of a file system: its own, or where the first GPU pool is (crossing zones costs money and latency)."""
    gpu_pools = list(spec.pools_of("gpu")) or list(spec.pools)
    return storage.zone_id or zone_of_pool(spec, gpu_pools[0])


def address_needs(spec: ClusterSpec, per_node: Mapping[str, int]) -> list[Need]:
    """What each tier needs in each zone; `per_node` has the addresses of one node of each pool."""
    on_prem = spec.target.kind == "on-prem"
    needs: dict[tuple[Tier, str], int] = {}
    for zone in zones_of(spec):
        if not on_prem:
            needs["public", zone] = PUBLIC_ADDRESSES
        needs["private", zone] = _shared_in_zone(spec)
        needs["isolated", zone] = _storage_in_zone(spec, zone)
        if spec.network.firewall and not on_prem:
            needs["firewall", zone] = FIREWALL_ADDRESSES
    for name, pool in spec.pools.items():
        key = (tier_of(spec, name), zone_of_pool(spec, name))
        nodes = pool.nodes.max + ceil(pool.nodes.max * ROLLING_SHARE)
        needs[key] = needs.get(key, FIRST_FIXED_OFFSET) + nodes * (per_node[name] + (pool.pods_per_node or 0))
        needs[key] += block_size(elastic_count(spec, name))
    return [Need(tier, zone, count) for (tier, zone), count in sorted(needs.items(), key=_stable)]


def _stable(item: tuple[tuple[Tier, str], int]) -> tuple[int, str]:
    order: tuple[Tier, ...] = ("public", "private", "gpu", "isolated", "firewall")
    return order.index(item[0][0]), item[0][1]


def _shared_in_zone(spec: ClusterSpec) -> int:
    """Interface endpoints, the gap before fixed addresses, and room for a Kubernetes API server."""
    return len(interface_endpoints(spec)) + FIRST_FIXED_OFFSET + (8 if spec.kubernetes else 0)


def _storage_in_zone(spec: ClusterSpec, zone: str) -> int:
    lustre = [s for s in spec.storage.values() if isinstance(s, FsxLustre) and zone_of_storage(spec, s) == zone]
    mounts = sum(isinstance(s, Efs) for s in spec.storage.values())
    return mounts + sum(ceil(s.capacity / LUSTRE_GIB_PER_SERVER) + LUSTRE_EXTRA for s in lustre)
