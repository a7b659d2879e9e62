"""Debian 12: every role that one machine can play is converged on one of its machines, proven and run again."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from rackwright.accept import accept
from rackwright.catalog import load_catalog
from rackwright.catalog.operating_systems import local_image
from rackwright.catalog.software import load_software
from rackwright.cloud import packages
from rackwright.cloud.capability import why_no_machines
from rackwright.cloud.guest_files import GPU_TAG
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.settings import CloudSettings, default_cache
from rackwright.cloud.ssh import known_hosts, ssh_command, ssh_key
from rackwright.cloud.toolkit import Toolkit, ensure_toolkit
from rackwright.configure import ConfigureResult, LocalServices, configure, site_inventory
from rackwright.design import design_cluster
from rackwright.design.wants import wants_of
from rackwright.inventory import Host, Inventory
from rackwright.lock import Lock, load_lock, resolve
from rackwright.outcome import Check, Verdict
from rackwright.spec import ClusterSpec, load_spec
from tests.integration.test_configure_machines import free_block
from tests.integration.vendor_stand_ins import StandIn, build_all, digest_of, source_archive, with_vendor_software
from tests.unit.configure.sample import GPU_ROLES, HEAD_ROLES, SITE_ROLES, design

pytestmark = [pytest.mark.machines, pytest.mark.slow, pytest.mark.timeout(900)]

STACKS = Path(__file__).parents[2] / "stacks"
NOT_HERE = {"cudnn", "tensorrt", "slurm_login", "nccl"}
"""Played by the GPU node of Debian 13 alone; what Debian 12 does not package: sackd and NCCL."""
KEYRING = StandIn(
    "cuda-keyring", "1.1-1", "nvidia_repository", libraries=("usr/share/keyrings/cuda-archive-keyring.gpg",)
)
VENDORS = {
    "nvidia_repository",
    *("vgpu", "fabric_manager", "imex", "mig", "dcgm", "nsight", "acceptance_tools", "docker", "podman"),
    *("enroot", "gpu_metrics"),
}
"""Without pyxis: Slurm runs here and would load the stand-in of its plug-in."""
ROLES = frozenset({*HEAD_ROLES, *GPU_ROLES, *SITE_ROLES, *VENDORS} - NOT_HERE)
SECRETS = {
    "munge_key": "a key for the tests only, of at least 32 characters",
    "mfa_secret": "a secret of the tests",
    "object_store_secret": "another secret of the tests",
    "vgpu_token": "a token of the tests",
}


def spec_of_debian_12() -> ClusterSpec:
    """The rehearsal's stack on Debian 12, with what Debian 12 has of NVIDIA's software."""
    spec = load_spec(STACKS / "local.yaml")
    software = spec.software.model_copy(update={"os": "debian-12", "driver": "r535-closed", "cuda": "11.8"})
    return spec.model_copy(update={"software": software})


def lock_of_debian_12() -> Lock:
    spec = spec_of_debian_12()
    images = load_lock(STACKS / "local.lock.yaml").images
    wants = wants_of(design_cluster(spec, load_catalog()), spec.software, images, slurm=spec.slurm)
    return resolve(wants, load_software(), dt.date(2026, 11, 21)).lock


@dataclass(frozen=True)
class Node:
    """The one machine, which is head, GPU node and login node at once."""

    cloud: LocalCloud
    host: Host
    lock: Lock
    folder: Path

    def says(self, command: str) -> str:
        settings = self.cloud.settings
        ssh = ssh_command(settings, str(self.host.address), ssh_key(settings.root))
        done = subprocess.run([*ssh, command], capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def site(self) -> dict[str, Any]:
        settings, wanted = self.cloud.settings, design(nodes=1)
        software = wanted.software.model_copy(update={"system": "debian-12", "package_source": "distribution"})
        storage = tuple(one.model_copy(update={"tls": False}) if one.kind == "nfs" else one for one in wanted.storage)
        changed = {"software": software, "storage": storage, "driver_branch": "r535", "driver_module": "closed"}
        wanted = wanted.model_copy(update=changed)
        services = LocalServices(apt_repo=settings.apt_repo, registry=settings.registry)
        site: dict[str, Any] = site_inventory(
            Inventory(cluster="bookworm", hosts=(self.host,)), wanted, self.lock, services
        )
        site["all"]["children"]["nvidia_repository"]["vars"] |= {
            "nvidia_repository_keyring_url": f"{settings.apt_repo}/{KEYRING.file_name}",
            "nvidia_repository_keyring_digest": digest_of(settings.repo / KEYRING.file_name),
        }
        site["all"]["children"]["acceptance_tools"]["vars"]["acceptance_tools_build_packages"] = ["make"]
        return site

    def failed(self) -> list[Check]:
        """Acceptance checks that failed."""
        settings, inventory = self.cloud.settings, Inventory(cluster="bookworm", hosts=(self.host,))
        ssh = ssh_key(settings.root)
        found = accept(
            design(nodes=1),
            self.lock,
            inventory,
            lambda host: ssh_command(settings, str(host.address), ssh),
            lambda check: None,
        )
        return [check for check in found if check.verdict is Verdict.FAILED]

    def configure(self) -> ConfigureResult:
        settings = self.cloud.settings
        return configure(
            self.site(),
            private_dir=self.folder / "ansible",
            ssh_key=ssh_key(settings.root),
            known_hosts=known_hosts(settings),
            secrets=SECRETS,
            on_event=lambda event: None,
        )


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder, block = tmp_path_factory.mktemp("bookworm"), free_block()
    settings = CloudSettings(
        root=folder / "cloud", cache=default_cache(), network_cidr=str(block), name="bookworm", release="bookworm"
    )
    if reason := why_no_machines(settings):
        pytest.skip(f"no machines here: {reason}")
    toolkit = Toolkit(settings.toolkit_version)
    built = ensure_toolkit(settings.cache, toolkit, lambda line: None)
    settings.root.mkdir(parents=True)
    address = str(block[21])
    wanted = WantedInstance("i-12", address, "all-1", tags={GPU_TAG: "8"}, image=local_image("debian-12"))
    settings.static_file.write_text(json.dumps([asdict(wanted)]))
    cloud, lock = LocalCloud(settings), lock_of_debian_12()
    try:
        cloud.up(lambda line: None)
        cloud.wait_for_machines(1, 600, lambda line: None)
        cloud.serve_images(sorted(lock.images))
        stand_ins = build_all(folder / "debs") | {KEYRING.file_name: KEYRING.build(folder / "debs")}
        packages.publish(settings.repo, {toolkit.file_name: built, **stand_ins})
        archive = source_archive(settings.repo, "nccl-tests-2.17.6")
        slurm = lock.software["slurm"]  # runs here: the stand-ins bring only the name of another release
        lock = with_vendor_software(lock, archive, f"{settings.apt_repo}/{archive.name}")
        packaged = {name: package for name, package in lock.packages.items() if package.role != "nccl"}
        software = {**lock.software, "slurm": slurm}
        lock = lock.model_copy(update={"packages": packaged, "software": software})
        host = Host(name="all-1", address=ip_address(address), pool="train", roles=ROLES)
        yield Node(cloud, host, lock, folder)
    finally:
        cloud.down(on_progress=lambda line: None)


def test_every_role_that_debian_12_can_play_converges_and_a_second_run_changes_nothing(node: Node) -> None:
    node.says("sudo sed -i 's/ contrib//' /etc/apt/sources.list.d/debian.sources")
    first = node.configure()
    first.raise_if_failed()
    assert node.says("grep --count '^Components: main.* contrib$' /etc/apt/sources.list.d/debian.sources") == "2"
    assert first.changed > 0
    assert node.says(". /etc/os-release && echo $VERSION_CODENAME") == "bookworm"
    assert node.says("systemctl --failed --no-legend --plain") == ""
    again = node.configure()
    again.raise_if_failed()
    assert again.changed == 0
    assert node.failed() == []


def test_a_job_runs_under_the_slurm_of_debian_12(node: Node) -> None:
    assert node.says("srun --nodes=1 --gres=gpu:8 hostname") == "all-1"
    assert node.says("sinfo --version").startswith("slurm-wlm 22.05")
