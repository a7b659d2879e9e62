"""Where the local cloud lives on this machine: its folders, addresses, ports and interface names.

Everything that the kernel sees (bridge, control groups, machine names) carries a short hash of the cloud's folder,
so that two checkouts on one machine never touch each other's parts.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path

from rackwright.diagnostics import InputError

SMALLEST_PREFIX = 28
"""AWS refuses VPC blocks smaller than /28."""

TOOLKIT_VERSION = "1.20.1"
"""NVIDIA container toolkit that is built where no lock names another; above the floor of CVE-2026-24260 (1.19.1)."""
AWS_PORT = 4599
"""Default port of the AWS API on loopback."""


def default_cache() -> Path:
    """Where costly things are kept between checkouts: ``$RW_CACHE``, else the user's cache folder for this tool."""
    if chosen := os.environ.get("RW_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "rackwright"


@dataclass(frozen=True, slots=True)
class CloudSettings:
    """One local cloud. `root` holds all of its state; `cache` survives ``down`` and may be shared."""

    root: Path
    """Folder of this cloud's state, ``<checkout>/.rw/cloud``; ``down`` removes it."""
    cache: Path
    """Folder of things that are costly to make: Debian root, packages, built tools."""
    network_cidr: str
    """The stack's VPC block. The bridge takes its first address, machines take their instance's."""
    name: str = "local"
    aws_port: int = AWS_PORT
    """TCP port of the AWS API on loopback."""
    machine_cap: int = 3
    """Most machines that run at once; further instances are reported as not rehearsed."""
    release: str = "trixie"
    """Debian of the machines whose image names none (`rackwright.cloud.roots.LOCAL_IMAGES`)."""
    toolkit_version: str = TOOLKIT_VERSION
    """Version of NVIDIA's container toolkit that is built for the machines."""
    apt_port: int = 3142
    repo_port: int = 3180
    registry_port: int = 5000

    @property
    def network(self) -> IPv4Network:
        """The VPC block; raises `InputError` when it is not one that a VPC may have."""
        try:
            network = IPv4Network(self.network_cidr)
        except ValueError as cause:
            raise InputError(f"{self.network_cidr!r} is no IPv4 block: {cause}", where="network.cidr") from cause
        if network.prefixlen > SMALLEST_PREFIX:
            raise InputError(
                f"{network} has {network.num_addresses} addresses; the smallest block is a /{SMALLEST_PREFIX}",
                where="network.cidr",
            )
        return network

    @property
    def gateway(self) -> IPv4Interface:
        """The bridge's own address: the first of the block, which AWS keeps for the VPC router."""
        network = self.network
        return IPv4Interface(f"{network.network_address + 1}/{network.prefixlen}")

    @property
    def key(self) -> str:
        """Eight hex digits that tell this cloud from any other on the machine."""
        return hashlib.sha256(str(self.root.absolute()).encode()).hexdigest()[:8]

    @property
    def bridge(self) -> str:
        """Name of the bridge; the kernel allows 15 characters."""
        return f"rw-{self.key}"

    @property
    def cgroup(self) -> str:
        """Name of this cloud's control group below the machine's root group."""
        return f"rackwright-{self.key}"

    @property
    def endpoint(self) -> str:
        """URL of the AWS API."""
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def apt_proxy(self) -> str:
        """URL of the package cache, as machines see it."""
        return f"http://{self.gateway.ip}:{self.apt_port}"

    @property
    def apt_repo(self) -> str:
        """URL of the folder with the packages that we build, as machines see it."""
        return f"http://{self.gateway.ip}:{self.repo_port}"

    @property
    def registry(self) -> str:
        """URL of the image registry, as machines see it."""
        return f"http://{self.gateway.ip}:{self.registry_port}"

    @property
    def machines(self) -> Path:
        """One folder per machine."""
        return self.root / "machines"

    @property
    def repo(self) -> Path:
        """Folder that the package repository serves."""
        return self.root / "repo"

    @property
    def logs(self) -> Path:
        """Folder of the services' logs."""
        return self.root / "log"

    @property
    def settings_file(self) -> Path:
        """These settings, for the background process."""
        return self.root / "settings.json"

    @property
    def status_file(self) -> Path:
        """What the background process last said about itself."""
        return self.root / "status.json"

    @property
    def error_file(self) -> Path:
        """Why the background process could not run, for the one that started it."""
        return self.root / "daemon.error"

    @property
    def static_file(self) -> Path:
        """Where it exists, these instances are wanted and there is no AWS API: machines for development."""
        return self.root / "instances.json"

    @property
    def faults_file(self) -> Path:
        """Fault plan of the AWS API; read again whenever it changes."""
        return self.root / "faults.yaml"

    def machine_key(self, instance_id: str) -> str:
        """Twelve characters that name the machine to the kernel: ``vb-<key>`` is then 15 long."""
        return "r" + hashlib.sha256(f"{self.key}/{instance_id}".encode()).hexdigest()[:11]

    def as_json(self) -> dict[str, object]:
        """The fields, as JSON can hold them."""
        return {**asdict(self), "root": str(self.root), "cache": str(self.cache)}

    @classmethod
    def load(cls, path: Path) -> CloudSettings:
        """Settings that `save` wrote."""
        fields = json.loads(path.read_text())
        return cls(**{**fields, "root": Path(fields["root"]), "cache": Path(fields["cache"])})

    def save(self) -> Path:
        """Write the settings into the cloud's folder for its background process; return the file."""
        self.root.mkdir(parents=True, exist_ok=True)
        path = self.settings_file
        path.write_text(json.dumps(self.as_json(), indent=2, sort_keys=True) + "\n")
        return path
