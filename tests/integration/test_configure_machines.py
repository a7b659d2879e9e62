"""The whole site on real machines: converge, prove, converge again without a change, repair, reboot."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network, ip_address
from pathlib import Path

import pytest

from rackwright.accept import accept
from rackwright.cloud import network
from rackwright.cloud.capability import why_no_machines
from rackwright.cloud.guest_files import GPU_TAG
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.settings import CloudSettings, default_cache
from rackwright.cloud.ssh import known_hosts, ssh_command, ssh_key
from rackwright.configure import ConfigureResult, LocalServices, configure, site_inventory
from rackwright.inventory import Host, Inventory
from rackwright.lock import Lock, load_lock
from rackwright.outcome import Check, Verdict
from tests.unit.configure.sample import GPU_ROLES, HEAD_ROLES, design

pytestmark = [
    pytest.mark.machines,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

LOCK = load_lock(Path(__file__).parents[2] / "stacks/local.lock.yaml")
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Cluster:
    """One head node and one GPU node."""

    cloud: LocalCloud
    inventory: Inventory
    folder: Path

    def ssh(self, host: Host) -> list[str]:
        return ssh_command(self.cloud.settings, str(host.address), ssh_key(self.cloud.settings.root))

    def on(self, host: Host, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self.ssh(host), command], capture_output=True, text=True, check=False, timeout=120)

    def configure(self, lock: Lock = LOCK) -> ConfigureResult:
        settings = self.cloud.settings
        services = LocalServices(apt_repo=settings.apt_repo, registry=settings.registry)
        result = configure(
            site_inventory(self.inventory, design(nodes=1), lock, services),
            private_dir=self.folder / "ansible",
            ssh_key=ssh_key(settings.root),
            known_hosts=known_hosts(settings),
            secrets={"munge_key": "a key for the tests only, of at least 32 characters", "mfa_secret": "of the tests"},
            on_event=lambda event: None,
        )
        result.raise_if_failed()
        return result

    def accept(self) -> list[Check]:
        found = accept(design(nodes=1), LOCK, self.inventory, self.ssh, lambda check: None)
        return [check for check in found if check.verdict is Verdict.FAILED]


def free_block() -> IPv4Network:
    routes = network.host_routes()
    blocks = (IPv4Network(f"10.95.{number}.0/24") for number in range(256))
    return next(block for block in blocks if network.collision(block, "", routes) is None)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("site")
    block = free_block()
    settings = CloudSettings(root=folder / "cloud", cache=default_cache(), network_cidr=str(block), name="site")
    if reason := why_no_machines(settings):
        pytest.skip(f"no machines here: {reason}")
    cloud = LocalCloud(settings)
    head, gpu = str(block[20]), str(block[21])
    wanted = [WantedInstance("i-0a", head, "head-1"), WantedInstance("i-0b", gpu, "train-1", tags={GPU_TAG: "8"})]
    settings.root.mkdir(parents=True)
    settings.static_file.write_text(json.dumps([asdict(one) for one in wanted]))
    hosts = (
        Host(name="head-1", address=ip_address(head), pool="head", roles=frozenset(HEAD_ROLES)),
        Host(name="train-1", address=ip_address(gpu), pool="train", roles=frozenset(GPU_ROLES)),
    )
    try:
        cloud.up(lambda line: None)
        cloud.wait_for_machines(2, 600, lambda line: None)
        cloud.serve_images(sorted(LOCK.images))
        yield Cluster(cloud, Inventory(cluster="sample", hosts=hosts), folder)
    finally:
        cloud.down(on_progress=lambda line: None)


@pytest.fixture(scope="module")
def first(cluster: Cluster) -> ConfigureResult:
    return cluster.configure()


def wait_until(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S:g} s in vain: {what}"
        time.sleep(0.2)


def test_fresh_machines_become_the_cluster_of_the_design(cluster: Cluster, first: ConfigureResult) -> None:
    assert first.changed > 0
    assert [phase.name for phase in first.phases] == [
        *("Validate", "Look", "Base", "Driver", "Fabric", "Storage", "Runtime", "Images"),
        *("Scheduler", "Monitoring", "Integrity"),
    ]
    assert cluster.accept() == []


def test_a_second_run_changes_nothing(cluster: Cluster, first: ConfigureResult) -> None:
    assert cluster.configure().changed == 0


def test_drift_and_a_half_installed_package_are_repaired(cluster: Cluster, first: ConfigureResult) -> None:
    gpu = cluster.inventory.hosts[1]
    broken = cluster.on(
        gpu,
        "cd /tmp && apt-get download -q prometheus-node-exporter && sudo dpkg --unpack prometheus-node-exporter*.deb"
        " && sudo rm /etc/ssh/sshd_config.d/10-rackwright.conf && sudo systemctl stop containerd",
    )
    assert broken.returncode == 0, broken.stderr
    assert {"packages.versions", "service.containerd"} <= {check.id for check in cluster.accept()}
    assert cluster.configure().changed > 0
    assert cluster.accept() == []


def test_a_node_that_runs_a_job_keeps_its_packages(cluster: Cluster, first: ConfigureResult) -> None:
    head, gpu = cluster.inventory.hosts
    other = LOCK.packages["munge"].model_copy(update={"version": "0.0.0-none"})
    wanted = LOCK.model_copy(update={"packages": {**LOCK.packages, "munge": other}})
    started = cluster.on(head, "sbatch --gres=gpu:8 --output=/dev/null --wrap 'tail -f /dev/null'")
    assert started.returncode == 0, started.stderr
    wait_until("the job to run", lambda: "slurmstepd" in cluster.on(gpu, "ps -e -o comm").stdout)
    try:
        with pytest.raises(Exception, match="drain it first") as refused:
            cluster.configure(wanted)
        assert "train-1 is in use" in str(refused.value)
        assert "slurmstepd" in str(refused.value)
    finally:
        cluster.on(head, "scancel --user=$(id -un)")
    wait_until("the job to end", lambda: "slurmstepd" not in cluster.on(gpu, "ps -e -o comm").stdout)


def test_a_reboot_of_every_machine_needs_no_second_configuration(cluster: Cluster, first: ConfigureResult) -> None:
    def boots() -> list[str]:
        return [cluster.on(host, "cut -d' ' -f22 /proc/1/stat").stdout for host in cluster.inventory.hosts]

    before = boots()
    for host in cluster.inventory.hosts:
        cluster.on(host, "sudo systemctl reboot")
    wait_until(
        "the machines to come back", lambda: all(now and now != old for now, old in zip(boots(), before, strict=True))
    )
    wait_until(
        "Slurm to have its node", lambda: "idle" in cluster.on(cluster.inventory.hosts[0], "sinfo -h -o %t").stdout
    )
    assert cluster.accept() == []
