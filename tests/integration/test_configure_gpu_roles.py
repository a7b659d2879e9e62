"""The GPU and container roles on a real machine: converge, prove, converge again without a change, repair, refuse.

NVIDIA's own packages are stand-ins (`vendor_stand_ins`); NCCL, CUDA's runtime, containerd, podman and skopeo are real.
The machine has stand-in device files and no GPU: what needs one ends where the driver would begin.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
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
from rackwright.design.model import Design
from rackwright.inventory import Host, Inventory
from rackwright.lock import Lock, load_lock
from tests.integration.test_configure_machines import free_block
from tests.integration.vendor_stand_ins import build_all, source_archive, with_vendor_software
from tests.unit.configure.sample import design

pytestmark = [
    pytest.mark.machines,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

LOCK = load_lock(Path(__file__).parents[2] / "stacks/local.lock.yaml")
ROLES = frozenset(
    {
        *("base", "gpu_driver", "vgpu", "fabric_manager", "imex", "mig", "dcgm", "cuda", "nccl", "nsight"),
        *("acceptance_tools", "container_runtime", "docker", "podman", "enroot", "pyxis", "ngc"),
    }
)
"""All but the network's (NVIDIA's repository) and wheels of gigabytes (cuDNN, TensorRT)."""
SMI = """\
#!/usr/bin/env python3
# Stand-in for nvidia-smi: two GPUs whose mode changes at a boot and at nothing else, or never.
import json, pathlib, sys
store = pathlib.Path("/var/lib/stand-in-smi.json")
stuck = pathlib.Path("/var/lib/stand-in-smi-stuck").exists()
boot = pathlib.Path("/proc/1/stat").read_text().split()[21]
fresh = {"mode": "Disabled", "next": "Disabled", "boot": boot, "made": {}}
state = json.loads(store.read_text()) if store.is_file() else fresh
if state["boot"] != boot:
    state.update(boot=boot, made={}, mode=state["mode"] if stuck else state["next"])
words = sys.argv[1:]
gpu = words[words.index("-i") + 1] if "-i" in words else ""
if words[0].startswith("--query-gpu"):
    for number in range(2):
        print(f"{number}, 700.00, Default, Enabled, Enabled, {state['mode']}, {state['next']}")
elif words == ["mig", "-lgi"]:
    for number, made in sorted(state["made"].items()):
        for name, start in (one.split(":") for one in made):
            print(f"|   {number}  MIG {name}     19        9          {start}:1     |")
elif "-mig" in words:
    state["next"] = "Enabled" if words[-1] == "1" else "Disabled"
elif "-cgi" in words:
    state["made"][gpu] = words[words.index("-cgi") + 1].split(",")
elif "-dgi" in words:
    state["made"].pop(gpu, None)
store.write_text(json.dumps(state))
"""
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

    def says(self, command: str) -> str:
        done = self.on(command)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def site(self, wanted: Design) -> dict[str, Any]:
        settings = self.cloud.settings
        services = LocalServices(apt_repo=settings.apt_repo, registry=settings.registry)
        site: dict[str, Any] = site_inventory(Inventory(cluster="gpu", hosts=(self.host,)), wanted, self.lock, services)
        site["all"]["children"]["acceptance_tools"]["vars"]["acceptance_tools_build_packages"] = ["make"]
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


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("gpu")
    block = free_block()
    settings = CloudSettings(root=folder / "cloud", cache=default_cache(), network_cidr=str(block), name="gpu")
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
        yield Node(cloud, host, lock, folder)
    finally:
        cloud.down(on_progress=lambda line: None)


@pytest.fixture(scope="module")
def first(node: Node) -> ConfigureResult:
    result = node.configure()
    result.raise_if_failed()
    return result


def units(node: Node, state: str) -> set[str]:
    listed = node.says(f"systemctl list-unit-files --state={state} --no-legend --plain")
    return {line.split()[0] for line in listed.splitlines()}


def test_a_fresh_machine_gets_everything_up_to_the_gpu(node: Node, first: ConfigureResult) -> None:
    assert first.changed > 0
    services = {
        *("nvidia-fabricmanager.service", "nvidia-imex.service", "nvidia-gridd.service", "nvidia-dcgm.service"),
        *("nvidia-dcgm-exporter.service", "rackwright-dcgm-watch.service", "rackwright-mig.service"),
        *("rackwright-gpu-settings.service", "docker.service", "containerd.service"),
    }
    assert services <= units(node, "enabled")
    assert "nvidia-persistenced.service" not in units(node, "enabled"), "there is no GPU to keep the driver loaded for"
    assert node.says("systemctl --failed --no-legend --plain") == ""
    assert node.says("/opt/rackwright/nccl-tests/2.17.6/build/all_reduce_perf") == "stand-in"
    assert "options nvidia-current-open NVreg_RestrictProfilingToAdminUsers=1" in node.says(
        "cat /etc/modprobe.d/rackwright-nvidia.conf"
    )


def test_the_layout_of_mig_is_on_the_node_in_both_forms(node: Node, first: ConfigureResult) -> None:
    del first
    create = json.loads(node.says("cat /etc/rackwright/mig.json"))["create"]
    assert sorted(create) == ["2g.20gb:4", "2g.20gb:6", "3g.40gb:0"] or len(create) == 3
    assert '"2g.20gb": 2' in node.says("cat /etc/nvidia-mig-manager/config.yaml")


def test_an_image_is_there_by_digest_and_a_key_is_only_in_its_file(node: Node, first: ConfigureResult) -> None:
    (reference,) = LOCK.images
    assert LOCK.images[reference].digest in node.says("sudo ctr images list")
    assert node.says("sudo stat --format='%a %U' /etc/rackwright/registry/config.json") == "600 root"
    assert KEY not in first.log.read_text()
    assert TOKEN not in first.log.read_text()
    search = "sudo grep -r -l -F -f - /etc /var/log /run /tmp /root 2> /dev/null"  # sudo logs what stands in a command
    found = node.on(f"printf '%s\\n' {KEY} {TOKEN} | {search}").stdout.split()
    assert found == ["/etc/nvidia/ClientConfigToken/client_configuration_token_rackwright.tok"], "the key is encoded"


def test_a_second_run_changes_nothing_and_a_key_that_is_taken_back_goes(node: Node, first: ConfigureResult) -> None:
    del first
    assert node.configure().changed == 0
    again = node.configure(playbook="images.yml", further={})
    again.raise_if_failed()
    assert again.changed > 0
    assert node.on("sudo test -e /etc/rackwright/registry/config.json").returncode == 1


def test_drift_is_repaired(node: Node, first: ConfigureResult) -> None:
    del first
    node.says(
        "sudo rm /etc/nccl.conf /etc/enroot/enroot.conf /usr/local/libexec/rackwright-gpus"
        " && sudo systemctl disable --quiet nvidia-dcgm.service && sudo systemctl stop containerd.service"
        " && sudo ctr --version > /dev/null && sudo sed -i 's/^ada:.*//' /etc/subuid"
    )
    result = node.configure()
    result.raise_if_failed()
    assert result.changed > 0
    assert "nvidia-dcgm.service" in units(node, "enabled")
    assert "NCCL_SOCKET_IFNAME" in node.says("cat /etc/nccl.conf")


def test_an_image_without_the_signature_that_the_policy_asks_for_is_refused(
    node: Node, first: ConfigureResult, tmp_path: Path
) -> None:
    del first
    key = tmp_path / "key.pem"
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], check=True)
    pem = subprocess.run(["openssl", "ec", "-in", key, "-pubout"], check=True, capture_output=True, text=True).stdout
    plain = design(nodes=1)
    software = plain.software.model_copy(update={"signature_keys": {"nvcr.io/nvidia": pem}})
    node.configure(plain.model_copy(update={"software": software}), playbook="runtime.yml").raise_if_failed()
    (reference,) = LOCK.images
    copied = node.on(f"sudo skopeo copy docker://{reference} dir:/tmp/unsigned")
    assert copied.returncode != 0
    assert "ignature" in copied.stderr, copied.stderr
    node.configure(playbook="runtime.yml").raise_if_failed()
    assert node.on(f"sudo skopeo copy docker://{reference} dir:/tmp/accepted").returncode == 0


def test_a_node_whose_gpu_is_in_use_keeps_its_devices_and_its_units(node: Node, first: ConfigureResult) -> None:
    del first
    # The stand-in devices cannot be opened, because no driver is behind them; a file stands in for one that can.
    node.says("sudo touch /dev/nvidia9 && sudo systemd-run --quiet --unit=somebodys-work tail -f /dev/nvidia9")
    before = node.says("cat /etc/rackwright/mig.json")
    pools = tuple(pool.model_copy(update={"mig": "1g.10gb"}) if pool.gpus else pool for pool in design(nodes=1).pools)
    try:
        result = node.configure(design(nodes=1).model_copy(update={"pools": pools}), playbook="driver.yml")
    finally:
        node.says("sudo systemctl stop somebodys-work.service; sudo rm /dev/nvidia9")
    assert len(result.failed) == 1
    assert "tail" in result.failed[0].error
    assert "drain it first" in result.failed[0].error
    assert node.says("cat /etc/rackwright/mig.json") == before


def booted(node: Node) -> str:
    return node.says("cut -d' ' -f22 /proc/1/stat")


def test_a_layout_that_needs_a_boot_gets_one_and_no_second(node: Node, first: ConfigureResult) -> None:
    del first
    told = {"mig": {"mig_gpu_present": True}}
    node.says(
        f"sudo tee /usr/local/bin/nvidia-smi > /dev/null <<'END'\n{SMI}END\nsudo chmod 755 /usr/local/bin/nvidia-smi"
    )
    before = booted(node)
    node.configure(playbook="driver.yml", told=told).raise_if_failed()
    after = booted(node)
    assert after != before
    assert node.says("sudo /usr/local/libexec/rackwright-gpus mig check") == ""
    node.says("sudo touch /var/lib/stand-in-smi-stuck")
    whole = tuple(pool.model_copy(update={"mig": "none"}) for pool in design(nodes=1).pools)
    stuck = design(nodes=1).model_copy(update={"pools": whole})
    seen = {after}
    for _ in range(2):
        (failed,) = node.configure(stuck, playbook="driver.yml", told=told).failed
        assert "was booted once for the MIG layout" in failed.error
        seen.add(booted(node))
    assert len(seen) == 2, "one boot for the layout, however often it is tried"
