"""The files that turn the base root into one particular machine. Deciding what they say is pure."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path

from rackwright.cloud.base_root import ADMIN_USER
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.mirror import COMPONENTS, Mirror
from rackwright.diagnostics import InputError

GPU_TAG = "rackwright:gpus"
"""Instance tag that says how many GPUs the instance type has."""
MOST_GPUS = 16
"""No instance type has more; a tag beyond it is a mistake."""
NVIDIA_MAJOR = 195
"""Linux' device number for NVIDIA. Source: kernel documentation, admin-guide/devices.txt."""
_CONTROL_MINOR = 255
_LONGEST_HOST_NAME = 63


@dataclass(frozen=True, slots=True)
class Guest:
    """What all machines of one cloud have in common."""

    gateway: IPv4Interface
    """The bridge's address: package cache and registry are there. It routes nowhere."""
    apt_proxy: str
    mirror: Mirror
    release: str
    ssh_public_key: str
    """The stack's own key; instance keys are added to it."""
    gpu_major: int = NVIDIA_MAJOR


@dataclass(frozen=True, slots=True)
class GuestFile:
    """One file of a machine."""

    text: str
    mode: int = 0o644
    owner: str = "root"


def guest_files(wanted: WantedInstance, guest: Guest, host_key: str, host_key_public: str) -> dict[str, GuestFile]:
    """Files of one machine: path below its root -> file."""
    authorized = "".join(f"{key}\n" for key in dict.fromkeys((guest.ssh_public_key, *wanted.ssh_public_keys)))
    found = {
        "etc/hostname": GuestFile(f"{host_name(wanted)}\n"),
        "etc/hosts": GuestFile(hosts_file({wanted.private_ip: host_name(wanted)})),
        "etc/systemd/network/10-host0.network": GuestFile(network_unit(wanted.private_ip, guest.gateway)),
        "etc/ssh/ssh_host_ed25519_key": GuestFile(host_key, mode=0o600),
        "etc/ssh/ssh_host_ed25519_key.pub": GuestFile(f"{host_key_public}\n"),
        "root/.ssh/authorized_keys": GuestFile(authorized, mode=0o600),
        f"home/{ADMIN_USER}/.ssh/authorized_keys": GuestFile(authorized, mode=0o600, owner=ADMIN_USER),
        "etc/apt/sources.list.d/debian.sources": GuestFile(apt_sources(guest.mirror, guest.release)),
        "etc/apt/apt.conf.d/00rackwright-local-cloud": GuestFile(apt_proxy(guest)),
    }
    if wanted.user_data:
        found["var/lib/cloud/instance/user-data.txt"] = GuestFile(wanted.user_data, mode=0o600)
    if gpus := gpu_count(wanted):
        found["etc/tmpfiles.d/rackwright-stand-in-gpus.conf"] = GuestFile(gpu_nodes(gpus, guest.gpu_major))
    return found


def host_name(wanted: WantedInstance) -> str:
    """The instance's name as a host name (RFC 1123): a ``Name`` tag may hold anything."""
    name = re.sub(r"[^a-z0-9-]+", "-", wanted.name.lower()).strip("-")[:_LONGEST_HOST_NAME].rstrip("-")
    return name or wanted.id.lower()


def hosts_file(names: Mapping[str, str]) -> str:
    """The hosts file of a cluster: address -> name. It stands in for the VPC's DNS."""
    lines = [f"{address} {name}" for address, name in sorted(names.items(), key=lambda item: item[1])]
    return "\n".join(["# Stands in for the VPC's DNS; written by the local cloud.", "127.0.0.1 localhost", *lines, ""])


def network_unit(address: str, gateway: IPv4Interface) -> str:
    """Networkd's file for the one interface. No gateway: there is nothing to reach beyond the bridge."""
    prefix = gateway.network.prefixlen
    return f"[Match]\nName=host0\n\n[Network]\nAddress={address}/{prefix}\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n"


def apt_sources(mirror: Mirror, release: str) -> str:
    """Debian's archives in deb822 form, as reached through the package cache."""
    through = mirror.through_cache()
    stanza = (
        "Types: deb\nURIs: {}\nSuites: {}\nComponents: {}\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    )
    main = stanza.format(through.main, f"{release} {release}-updates", " ".join(COMPONENTS))
    return f"{main}\n{stanza.format(through.security, f'{release}-security', ' '.join(COMPONENTS))}"


def apt_proxy(guest: Guest) -> str:
    """Apt reaches everything through the package cache, except what the bridge serves itself."""
    proxy = f'Acquire::http::Proxy "{guest.apt_proxy}";\nAcquire::http::Proxy::{guest.gateway.ip} "DIRECT";\n'
    return f'{proxy}Acquire::Languages "none";\n'


def gpu_count(wanted: WantedInstance) -> int:
    """GPUs that the instance's tag names. Raises `InputError` for one that is no sensible number."""
    text = wanted.tags.get(GPU_TAG, "0")
    if not text.isdigit() or int(text) > MOST_GPUS:
        raise InputError(f"tag {GPU_TAG} is {text!r}, expected a number from 0 to {MOST_GPUS}", where=wanted.id)
    return int(text)


def gpu_nodes(count: int, major: int) -> str:
    """tmpfiles.d lines for the device nodes of `count` GPUs."""
    minors = {f"nvidia{index}": index for index in range(count)} | {"nvidiactl": _CONTROL_MINOR}
    if major != NVIDIA_MAJOR:
        minors = dict.fromkeys(minors, _NULL_MINOR)
    lines = [f"c /dev/{name} 0666 root root - {major}:{minor}" for name, minor in minors.items()]
    return "\n".join(["# Stand-ins: device nodes with no GPU behind them.", *lines, ""])


NULL_MAJOR = 1
"""Device numbers of /dev/null, used where the host itself has an NVIDIA driver: its GPUs must not leak into a guest."""
_NULL_MINOR = 3


def gpu_major(devices: str) -> int:
    """Major number of the stand-ins, given the text of /proc/devices."""
    return NULL_MAJOR if f"{NVIDIA_MAJOR} nvidia" in devices else NVIDIA_MAJOR


def lay_out(upper: Path, base: Path, host_key: Path, wanted: WantedInstance, guest: Guest) -> None:
    """Write the machine's files into the overlay's upper folder before it is mounted."""
    public = host_key.with_name(f"{host_key.name}.pub").read_text().strip()
    for name, file in guest_files(wanted, guest, host_key.read_text(), public).items():
        uid, gid = _ids(base, file.owner)
        _make_parents(upper, base, Path(name).parent, uid, gid)
        path = upper / name
        path.touch(mode=0o600)
        path.write_text(file.text)
        path.chmod(file.mode)
        os.chown(path, uid, gid)


def _make_parents(upper: Path, base: Path, parent: Path, uid: int, gid: int) -> None:
    """Folders in the upper layer hide the attributes of those below, so they must be copied."""
    for part in [*reversed(parent.parents), parent]:
        path, below = upper / part, base / part
        if path.exists():
            continue
        if below.is_dir():
            path.mkdir()
            status = below.stat()
            path.chmod(status.st_mode & 0o7777)
            os.chown(path, status.st_uid, status.st_gid)
        else:
            path.mkdir(mode=0o700 if part.name == ".ssh" else 0o755)
            os.chown(path, uid, gid)


def _ids(base: Path, user: str) -> tuple[int, int]:
    for line in (base / "etc/passwd").read_text().splitlines():
        fields = line.split(":")
        if fields[0] == user:
            return int(fields[2]), int(fields[3])
    raise InputError(f"the base root has no user {user!r}", where=str(base))
