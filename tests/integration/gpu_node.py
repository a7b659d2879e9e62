"""One GPU node of the local cloud with stand-ins for what only NVIDIA's servers have, for the tests of GPU roles."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from rackwright.cloud import packages
from rackwright.cloud.capability import why_no_machines
from rackwright.cloud.guest_files import GPU_TAG
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.settings import CloudSettings, default_cache
from rackwright.cloud.ssh import known_hosts, ssh_command, ssh_key
from rackwright.cloud.toolkit import Toolkit, ensure_toolkit
from rackwright.configure import ConfigureResult, LocalServices, configure, site_inventory
from rackwright.configure.gpu.wheels import wheel_source
from rackwright.design.model import Design
from rackwright.design.node_model import NodeSoftware
from rackwright.inventory import Host, Inventory
from rackwright.lock import Lock, load_lock
from rackwright.mirror.manifest import entry_of
from rackwright.mirror.wheels import FOLDER, write_page
from tests.integration.test_configure_machines import free_block
from tests.integration.vendor_stand_ins import build_all, source_archive, with_vendor_software
from tests.unit.configure.sample import design
from tests.wheel_stand_ins import build_wheel

LOCK = load_lock(Path(__file__).parents[2] / "stacks/local.lock.yaml")
ROLES = frozenset(
    {
        *(
            "base",
            "gpu_driver",
            "vgpu",
            "fabric_manager",
            "imex",
            "mig",
            "dcgm",
            "cuda",
            "cudnn",
            "tensorrt",
            "nccl",
            "nsight",
        ),
        *("acceptance_tools", "container_runtime", "docker", "podman", "enroot", "pyxis", "ngc"),
    }
)
"""All but the network's (NVIDIA's repository)."""
KEY = "nvapi-a-key-that-only-the-tests-have"
TOKEN = "a-licence-token-that-only-the-tests-have"


@dataclass(frozen=True)
class Node:
    """One GPU node of the local cloud."""

    cloud: LocalCloud
    host: Host
    lock: Lock
    folder: Path

    def on(self, command: str) -> subprocess.CompletedProcess[str]:
        settings = self.cloud.settings
        ssh = ssh_command(settings, str(self.host.address), ssh_key(settings.root))
        return subprocess.run([*ssh, command], capture_output=True, text=True, check=False, timeout=120)

    def with_wheels(self, **releases: str) -> Node:
        """The same node, whose lock has these releases (role -> version) as stand-in wheels, which its mirror has."""
        folder = self.cloud.settings.repo
        wheels = dict(build_wheel(folder / FOLDER, role, release) for role, release in releases.items())
        write_page(folder, [entry_of(folder, path, "wheel") for path in (folder / FOLDER).glob("*.whl")])
        named = {"packages": {**self.lock.packages, **wheels}, "software": {**self.lock.software, **releases}}
        return replace(self, lock=self.lock.model_copy(update=named))

    def says(self, command: str) -> str:
        done = self.on(command)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def site(self, wanted: Design) -> dict[str, Any]:
        settings = self.cloud.settings
        services = LocalServices(apt_repo=settings.apt_repo, registry=settings.registry)
        site: dict[str, Any] = site_inventory(Inventory(cluster="gpu", hosts=(self.host,)), wanted, self.lock, services)
        groups = site["all"]["children"]
        if "acceptance_tools" in groups:
            groups["acceptance_tools"]["vars"]["acceptance_tools_build_packages"] = ["make"]
        mirror = NodeSoftware(package_source="mirror", mirror=settings.apt_repo)
        for role in {"cudnn", "tensorrt"} & groups.keys():
            groups[role]["vars"][f"{role}_wheels_from"] = wheel_source(role, self.lock, mirror)
        return site

    def configure(
        self,
        wanted: Design | None = None,
        playbook: str = "site.yml",
        further: Mapping[str, str] | None = None,
        told: Mapping[str, Mapping[str, object]] | None = None,
    ) -> ConfigureResult:
        settings = self.cloud.settings
        site = self.site(wanted or design(nodes=1))
        for role, variables in (told or {}).items():
            site["all"]["children"][role]["vars"] |= variables
        return configure(
            site,
            private_dir=self.folder / "ansible",
            ssh_key=ssh_key(settings.root),
            known_hosts=known_hosts(settings),
            secrets={"vgpu_token": TOKEN, **(further if further is not None else {"ngc_key": KEY})},
            on_event=lambda event: None,
            playbook=playbook,
        )


@contextmanager
def running_node(folder: Path, name: str = "gpu") -> Iterator[Node]:
    """A machine that nothing was configured on yet, and the lock that it is to follow."""
    block = free_block()
    settings = CloudSettings(root=folder / "cloud", cache=default_cache(), network_cidr=str(block), name=name)
    if reason := why_no_machines(settings):
        pytest.skip(f"no machines here: {reason}")
    toolkit = Toolkit(settings.toolkit_version)
    built = ensure_toolkit(settings.cache, toolkit, lambda line: None)
    settings.root.mkdir(parents=True)
    address = str(block[21])
    wanted = WantedInstance("i-0a", address, "train-1", tags={GPU_TAG: "8"})
    settings.static_file.write_text(json.dumps([asdict(wanted)]))
    cloud = LocalCloud(settings)
    try:
        cloud.up(lambda line: None)
        cloud.wait_for_machines(1, 600, lambda line: None)
        cloud.serve_images(sorted(LOCK.images))
        packages.publish(settings.repo, {toolkit.file_name: built, **build_all(folder / "debs")})
        archive = source_archive(settings.repo, "nccl-tests-2.17.6")
        lock = with_vendor_software(LOCK, archive, f"{settings.apt_repo}/{archive.name}")
        host = Host(name="train-1", address=ip_address(address), pool="train", roles=ROLES)
        yield Node(cloud, host, lock, folder).with_wheels(cudnn="9.19.0.56", tensorrt="10.16.1.11")
    finally:
        cloud.down(on_progress=lambda line: None)
