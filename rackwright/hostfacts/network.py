"""Packet filter, sockets, mounts and disks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .reading import has, printed, text

ADDRESS, PROCESS = 4, 6
SEPARATE = frozenset({"tmp", "dev/shm", "var/tmp", "home"})
"""Mounts that are told whatever they are made of."""
KEPT_TYPES = frozenset(
    {"tmpfs", "ext4", "ext3", "xfs", "btrfs", "vfat", "nfs", "nfs4", "lustre", "zfs", "overlay", "efs", "devtmpfs"}
)
"""File systems that hold data; the kernel's own views of itself are left out."""


def firewall() -> dict[str, Any]:
    """Which filter is active, whether it comes back, and what it does by default."""
    policies = _nftables() if has("nft") else {}
    active = [
        tool
        for tool, there in (("nftables", bool(policies)), ("ufw", _ufw()), ("firewalld", _active("firewalld")))
        if there
    ]
    units = {"nftables": "nftables", "ufw": "ufw", "firewalld": "firewalld"}
    return {
        "tool": "+".join(active) or "none",
        "enabled": any(_enabled(units[tool]) for tool in active),
        "policies": policies,
    }


def _nftables() -> dict[str, str]:
    """Hook -> policy of the base chains that filter; of several on a hook the strictest counts."""
    chains = [
        entry["chain"]
        for entry in json.loads(printed("nft", "-j", "list", "chains")).get("nftables", ())
        if "chain" in entry
    ]
    found: dict[str, str] = {}
    for chain in chains:
        if chain.get("type") == "filter" and found.get(chain["hook"]) != "drop":
            found[chain["hook"]] = chain.get("policy", "accept")
    return found


def _ufw() -> bool:
    return has("ufw") and re.search(r"^ENABLED=yes", text("/etc/ufw/ufw.conf"), re.M) is not None


def _active(unit: str) -> bool:
    return printed("systemctl", "is-active", unit, codes=(0, 1, 2, 3, 4)).strip() == "active"


def _enabled(unit: str) -> bool:
    return printed("systemctl", "is-enabled", unit, codes=(0, 1, 2, 3, 4)).strip() == "enabled"


def listening() -> list[dict[str, Any]]:
    """Sockets that take connections or datagrams."""
    found = []
    for line in printed("ss", "-H", "-tulnp").splitlines():
        row = line.split()
        address, _, port = row[ADDRESS].rpartition(":")
        named = re.search(r'\(\("([^"]+)"', line)
        if port.isdigit():
            process = named.group(1) if named else ""
            found.append(
                {
                    "protocol": row[0],
                    "address": address.strip("[]").split("%")[0],
                    "port": int(port),
                    "process": process,
                }
            )
    return sorted(found, key=lambda one: (one["protocol"], one["port"], one["address"]))


def mounts() -> list[dict[str, Any]]:
    """Mounted file systems that hold data."""
    rows = [line.split() for line in text("/proc/self/mounts").splitlines()]
    return [
        {"target": target.replace("\\040", " "), "source": source, "type": kind, "options": options.split(",")}
        for source, target, kind, options, *_ in rows
        if kind in KEPT_TYPES or target.lstrip("/") in SEPARATE
    ]


def disks() -> list[dict[str, Any]]:
    """Block devices that hold something, and whether LUKS lies below."""
    tree = json.loads(printed("lsblk", "-J", "-o", "NAME,TYPE,MOUNTPOINT,FSTYPE,PATH"))["blockdevices"]
    swaps = {line.split()[0] for line in text("/proc/swaps").splitlines()[1:]}
    return [one for device in tree for one in _disks(device, None, swaps)]


def _disks(device: dict[str, Any], below: str | None, swaps: set[str]) -> list[dict[str, Any]]:
    crypt = device["path"] if device.get("type") == "crypt" else below
    children = [one for child in device.get("children", ()) for one in _disks(child, crypt, swaps)]
    swap = device.get("fstype") == "swap" or device["path"] in swaps
    if device.get("mountpoint") is None and not swap:
        return children
    mount = None if swap else device["mountpoint"]
    found = {"name": device["name"], "mount": mount, "swap": swap, "encrypted": crypt is not None}
    return [{**found, **(_cipher(crypt) if crypt else {})}, *children]


def _cipher(path: str) -> dict[str, Any]:
    said = printed("cryptsetup", "status", Path(path).name, codes=(0, 4)) if has("cryptsetup") else ""
    cipher, bits = re.search(r"cipher:\s+(\S+)", said), re.search(r"keysize:\s+(\d+)", said)
    return {**({"cipher": cipher.group(1)} if cipher else {}), **({"keyBits": int(bits.group(1))} if bits else {})}
