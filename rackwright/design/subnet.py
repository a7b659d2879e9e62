"""The InfiniBand subnet of a site as its hosts need it: manager, partitions, IP over InfiniBand."""

from __future__ import annotations

from ipaddress import IPv4Network

from rackwright.catalog import Catalog
from rackwright.design.host_model import FabricSubnet
from rackwright.design.site_fabric import site_fabric
from rackwright.diagnostics import InputError
from rackwright.fabric.opensm import opensm_conf
from rackwright.fabric.partitions import partitions_conf
from rackwright.spec.cluster import ClusterSpec


def fabric_subnet(spec: ClusterSpec, catalog: Catalog) -> FabricSubnet | None:
    """The subnet of an InfiniBand site; None elsewhere.

    Raises `InputError` for an IPoIB network that is smaller than the cluster's own.
    """
    fabric = spec.fabric
    if spec.target.kind != "on-prem" or fabric is None or fabric.kind != "infiniband":
        return None
    common = FabricSubnet(ipoib=_ipoib(spec), sharp=fabric.sharp, doca=spec.software.doca is not None)
    if fabric.ufm:
        return common
    site = site_fabric(spec, catalog)
    guids = {name: int(guid, 16) for name, guid in fabric.port_guids.items()}
    known = bool(guids) or not site.tenants
    return common.model_copy(
        update={
            "manager": True,
            "opensm": opensm_conf(site.design),
            "partitions": partitions_conf(site.design, site.tenants, guids) if known else "",
        }
    )


def _ipoib(spec: ClusterSpec) -> str | None:
    wanted = spec.fabric.ipoib if spec.fabric else None
    if wanted and IPv4Network(wanted).prefixlen > IPv4Network(spec.network.cidr).prefixlen:
        raise InputError(
            f"fabric.ipoib is {wanted}, smaller than the cluster's network {spec.network.cidr}",
            where=spec.where(("fabric", "ipoib")),
            hint="a node has the same place in both, so take one of the same size",
        )
    return wanted
