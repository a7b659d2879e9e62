"""Two machines with all host roles, and how the people of the design come to them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import Any

import pytest

from rackwright.cloud import network
from rackwright.cloud.capability import why_no_machines
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.settings import CloudSettings, default_cache
from rackwright.cloud.ssh import known_hosts, ssh_command, ssh_key
from rackwright.configure import ConfigureResult, LocalServices, configure, site_inventory
from rackwright.configure.host.second_factor import seed
from rackwright.inventory import Host, Inventory
from rackwright.lock.model import Lock, OperatingSystem
from tests.unit.configure.sample import HOST_ROLES, HOSTS, SITE_ROLES, design

LOCK = Lock(os=OperatingSystem(distribution="debian", release="trixie"))
SECRETS = {
    "munge_key": "a key for the tests only, of at least 32 characters",
    "mfa_secret": "a secret of the tests",
    "object_store_secret": "another secret of the tests",
}
KEYS = ("ada", "ben", "mallory", "guest", "authority")
"""Whose keys the tests have: members of the design, somebody who is none, a holder of certificates, who signs them."""
STEP_S = 30
"""Time step of one-time codes, RFC 6238."""


def code(person: str, steps: int = 0) -> str:
    """The one-time code of `person`, `steps` from now: RFC 6238 and RFC 4226, 5.3, written a second time on purpose."""
    counter = struct.pack(">Q", int(time.time()) // STEP_S + steps)
    digest = hmac.new(seed(SECRETS["mfa_secret"], person), counter, hashlib.sha1).digest()
    start = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@dataclass(frozen=True)
class Machines:
    """Two machines: one that people log in to, one of the GPU pool."""

    cloud: LocalCloud
    inventory: Inventory
    folder: Path

    @property
    def login(self) -> Host:
        return self.inventory.hosts[0]

    @property
    def node(self) -> Host:
        return self.inventory.hosts[1]

    @property
    def desks(self) -> IPv4Network:
        """Where administrators sit: each at an own address, for a server remembers who failed."""
        return IPv4Network((int(IPv4Network(self.cloud.settings.network_cidr)[192]), 28))

    def desk(self, key: str) -> str:
        return str(self.desks[1 + KEYS.index(key)])

    def on(self, host: Host, command: str) -> subprocess.CompletedProcess[str]:
        settings = self.cloud.settings
        line = [*ssh_command(settings, str(host.address), ssh_key(settings.root)), command]
        return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)

    def said(self, host: Host, command: str) -> str:
        done = self.on(host, command)
        assert done.returncode == 0, f"{command!r} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def key_of(self, person: str) -> Path:
        """A person's private key, made at first use."""
        path = self.folder / f"key-{person}"
        if not path.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", path], check=True)
        return path

    def as_person(
        self, person: str, command: str, answer: str = "", *, key: str = "", patience_s: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """`command` on the login node as `person`, whose ssh client answers every question with `answer`.

        `key` is whose key it offers, from the desk of whom it comes.
        """
        ask = self.folder / "answer"
        ask.write_text(f"#!/bin/sh\necho '{answer}'\n")
        ask.chmod(0o700)
        options = {
            "IdentitiesOnly": "yes",
            "IdentityFile": str(self.key_of(key or person)),
            "UserKnownHostsFile": str(known_hosts(self.cloud.settings)),
            "ControlPath": "none",
            "NumberOfPasswordPrompts": "1",
            "BindAddress": self.desk(key or person),
        }
        words = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        line = ["ssh", "-F", "/dev/null", *words, f"{person}@{self.login.address}", command]
        environment = {**os.environ, "SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
        return subprocess.run(
            line,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience_s,
            stdin=subprocess.DEVNULL,
        )

    def site(self) -> dict[str, Any]:
        settings, wanted = self.cloud.settings, design(nodes=1)
        ada, ben = HOSTS.people
        keys = {one.name: (self.key_of(one.name).with_suffix(".pub").read_text().strip(),) for one in (ada, ben)}
        people = tuple(one.model_copy(update={"keys": keys[one.name]}) for one in HOSTS.people)
        authority = self.key_of("authority").with_suffix(".pub").read_text().strip()
        networks = (*HOSTS.admin_networks, str(self.desks))
        changes = {"people": people, "ssh_authorities": (authority,), "admin_networks": networks}
        hosts = HOSTS.model_copy(update={**changes, "security_patches": True})
        services = LocalServices(apt_repo=settings.apt_repo, registry=settings.registry)
        return site_inventory(self.inventory, wanted.model_copy(update={"hosts": hosts}), LOCK, services)

    def run(
        self, site: dict[str, Any] | None = None, playbook: str = "hosts.yml", limit: str | None = None
    ) -> ConfigureResult:
        settings = self.cloud.settings
        return configure(
            site or self.site(),
            private_dir=self.folder / "ansible",
            ssh_key=ssh_key(settings.root),
            known_hosts=known_hosts(settings),
            secrets=SECRETS,
            on_event=lambda event: None,
            playbook=playbook,
            limit=limit,
        )


def free_block() -> IPv4Network:
    routes = network.host_routes()
    blocks = (IPv4Network(f"10.94.{number}.0/24") for number in range(os.getpid() % 199, 256))
    return next(block for block in blocks if network.collision(block, "", routes) is None)


@contextmanager
def running_machines(folder: Path) -> Iterator[Machines]:
    """The machines, in `folder`; gone afterwards."""
    block = free_block()
    settings = CloudSettings(root=folder / "cloud", cache=default_cache(), network_cidr="10.94.0.0/24", name="hosts")
    if reason := why_no_machines(settings):
        pytest.skip(f"no machines here: {reason}")
    cloud = LocalCloud(replace(settings, network_cidr=str(block)))
    wanted = [WantedInstance("i-0c", str(block[20]), "login-1"), WantedInstance("i-0d", str(block[21]), "train-1")]
    cloud.settings.root.mkdir(parents=True)
    cloud.settings.static_file.write_text(json.dumps([asdict(one) for one in wanted]))
    login_roles = frozenset({"base", *HOST_ROLES, *SITE_ROLES} - {"munge", "slurm_login"})
    hosts = (
        Host(name="login-1", address=ip_address(str(block[20])), pool="head", roles=login_roles),
        Host(name="train-1", address=ip_address(str(block[21])), pool="train", roles=frozenset({"base", *HOST_ROLES})),
    )
    try:
        cloud.up(lambda line: None)
        cloud.wait_for_machines(2, 600, lambda line: None)
        made = Machines(cloud, Inventory(cluster="sample", hosts=hosts), folder)
        for key in KEYS:  # they go with the bridge
            subprocess.run(["ip", "address", "add", f"{made.desk(key)}/32", "dev", cloud.settings.bridge], check=True)
        yield made
    finally:
        cloud.down(on_progress=lambda line: None)
