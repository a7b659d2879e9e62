"""InfiniBand partitions: one PKey for each tenant, in the form of opensm's ``partitions.conf``.

A file without a Default rule leaves every host with limited membership only, that is silently cut off; so the rule is
always written. With tenants it makes hosts limited members, who reach the subnet manager but not each other.
Source: https://raw.githubusercontent.com/linux-rdma/opensm/master/doc/partition-config.txt (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rackwright.diagnostics import InputError, Problem
from rackwright.fabric.design import FabricDesign
from rackwright.fabric.ibnet import require_infiniband
from rackwright.fabric.wiring import adapter_guid, node_name
from rackwright.hostlist import expand

_NAME = re.compile(r"[A-Za-z][\w-]*")
DEFAULT_KEY = 0x7FFF
"""Key of the Default partition; 15 bits, the sixteenth (0x8000) marks full membership."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """Hosts that may talk to each other and to nobody else."""

    name: str
    hosts: str
    """Slurm host list of full members: ``node[0001-0032]``."""
    limited: str = ""
    """Host list of members that reach the full members but not each other (clients of a shared storage)."""
    pkey: int | None = None
    """15-bit key; the next free one where None."""


def assign_keys(tenants: Sequence[Tenant]) -> list[Tenant]:
    """`tenants` with a key each: those given, and the lowest free ones in order for the rest while there are any."""
    taken = {tenant.pkey for tenant in tenants}
    free = (key for key in range(1, DEFAULT_KEY) if key not in taken)
    return [tenant if tenant.pkey is not None else replace(tenant, pkey=next(free, None)) for tenant in tenants]


def partitions_conf(
    design: FabricDesign, tenants: Sequence[Tenant] = (), guids: Mapping[str, int] | None = None
) -> str:
    """The file for opensm.

    `guids` gives the port GUID of each adapter by its description (``node0001 mlx5_0``), as `port_guids` of
    `rackwright.fabric.discovered` reads them from a real fabric; the default are the simulator's made-up ones.
    Raises `InputError` with every mistake: unknown or doubly owned hosts, bad or equal keys, an Ethernet fabric.
    """
    require_infiniband(design)
    ports = _HostPorts(design, guids)
    keyed = assign_keys(tenants)
    if problems := [*_key_mistakes(keyed), *_host_mistakes(keyed, ports)]:
        raise InputError("these partitions cannot be made", where="fabric.tenants", problems=problems)
    return "\n".join([*_header(bool(keyed)), *(_rule(tenant, ports) for tenant in keyed), ""])


class _HostPorts:
    """Port GUIDs of a host, all rails."""

    def __init__(self, design: FabricDesign, guids: Mapping[str, int] | None) -> None:
        self._design, self._guids = design, guids
        self.index = {node_name(design, node): node for node in range(design.nodes)}

    def of(self, host: str) -> Iterator[int]:
        for rail, adapter in enumerate(self._design.facts.adapters):
            if self._guids is None:
                yield adapter_guid(self._design, self.index[host], rail) + 1
            elif (guid := self._guids.get(f"{host} {adapter}")) is not None:
                yield guid
            else:
                raise InputError(f"no port GUID is known for {host} {adapter}", hint="discover the fabric again")


def _header(tenants: bool) -> list[str]:
    member = "limited" if tenants else "full"
    return [
        "# Written by rackwright from the fabric design. Low 15 bits are the key, defmember=full adds bit 0x8000.",
        "# The Default rule stays: without it every host is cut off.",
        f"Default={DEFAULT_KEY:#06x}, ipoib, defmember={member} : ALL, ALL_SWITCHES=full, SELF=full;",
    ]


def _rule(tenant: Tenant, ports: _HostPorts) -> str:
    full = [f"{guid:#018x}=full" for host in expand(tenant.hosts) for guid in ports.of(host)]
    limited = [f"{guid:#018x}=limited" for host in expand(tenant.limited) for guid in ports.of(host)]
    members = ",\n    ".join(full + limited)
    return f"{tenant.name}={tenant.pkey:#06x}, indx0, defmember=full :\n    {members};"


def _key_mistakes(tenants: Sequence[Tenant]) -> Iterator[Problem]:
    seen: dict[int | None, str] = {}
    for tenant in tenants:
        where = f"fabric.tenants.{tenant.name}.pkey"
        if tenant.pkey is None:
            yield Problem(where, f"no key is left, there are {DEFAULT_KEY - 1}")
        elif not 0 < tenant.pkey < DEFAULT_KEY:
            yield Problem(where, f"pkey is {tenant.pkey:#x}, expected 0x1 to {DEFAULT_KEY - 1:#x}")
        elif tenant.pkey in seen:
            yield Problem(where, f"pkey {tenant.pkey:#x} is also that of {seen[tenant.pkey]!r}")
        seen[tenant.pkey] = tenant.name


def _host_mistakes(tenants: Sequence[Tenant], ports: _HostPorts) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for tenant in tenants:
        where = f"fabric.tenants.{tenant.name}.hosts"
        if not _NAME.fullmatch(tenant.name) or tenant.name.lower() == "default":
            yield Problem(where, f"{tenant.name!r} cannot name a partition; take letters, digits, - and _, not Default")
        if not tenant.hosts:
            yield Problem(where, "no host is a full member", hint="give at least one, limited members reach only those")
        for host in (*expand(tenant.hosts), *expand(tenant.limited)):
            if host not in ports.index:
                yield Problem(where, f"{host} is not a node of this fabric")
        for host in expand(tenant.hosts):
            if host in owner:
                yield Problem(where, f"{host} is a full member of {owner[host]!r} too; one host belongs to one tenant")
            owner[host] = tenant.name
