"""The GPU and container roles on a real machine: converge, prove, converge again without a change, repair, refuse.

NVIDIA's own packages are stand-ins (`vendor_stand_ins`); NCCL, CUDA's runtime, containerd, podman and skopeo are real.
The machine has stand-in device files and no GPU: what needs one ends where the driver would begin.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rackwright.configure import ConfigureResult
from tests.integration.gpu_node import KEY, LOCK, TOKEN, Node, running_node
from tests.unit.configure.sample import design

pytestmark = [
    pytest.mark.machines,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

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


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("gpu")) as found:
        yield found


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
    pulled = as_ben(node, f"podman --storage-driver=vfs pull --quiet {reference}")
    assert pulled.returncode != 0
    assert "ignature" in pulled.stderr, "users without root are bound by the same policy"
    node.configure(playbook="runtime.yml").raise_if_failed()
    assert node.on(f"sudo skopeo copy docker://{reference} dir:/tmp/accepted").returncode == 0


def as_ben(node: Node, command: str) -> subprocess.CompletedProcess[str]:
    """`command` as a user without any rights, in a session of its own."""
    node.says("id ben > /dev/null 2>&1 || sudo useradd --system --create-home ben")
    node.says("sudo install --directory --owner=ben --mode=0700 /run/ben")
    return node.on(f"cd / && sudo --user=ben env HOME=/home/ben XDG_RUNTIME_DIR=/run/ben {command}")


def test_a_user_runs_containers_without_root_under_ids_of_its_own(node: Node, first: ConfigureResult) -> None:
    """With the plain driver of storage: the guest has no /dev/fuse, and its root is an overlay already."""
    del first
    podman = "podman --storage-driver=vfs"
    files = "bin/cat $(ldd /bin/cat | grep --only-matching '/[^ ]*' | cut --characters=2-)"
    node.says(f"tar --create --dereference --directory=/ --file=/tmp/cat.tar {files}")
    made = as_ben(node, f"{podman} import --quiet /tmp/cat.tar localhost/cat:1")
    assert made.returncode == 0, made.stderr
    ran = as_ben(node, f"{podman} run --rm --network=none localhost/cat:1 /bin/cat /proc/self/uid_map")
    assert ran.returncode == 0, ran.stderr
    [first_id] = {line.split(":")[1] for line in node.says("grep ^ben: /etc/subuid").splitlines()}
    assert ran.stdout.split() == ["0", node.says("id --user ben"), "1", "1", first_id, "65536"]


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


def test_a_library_that_came_as_a_wheel_is_found_by_the_dynamic_linker(node: Node, first: ConfigureResult) -> None:
    del first
    found = node.says("/sbin/ldconfig --print-cache")
    assert "/opt/rackwright/cudnn/current/nvidia/cudnn/lib/libcudnn.so.9" in found
    assert "/opt/rackwright/tensorrt/current/tensorrt_libs/libnvinfer.so.10" in found


def test_another_locked_wheel_takes_the_place_of_the_one_before(node: Node, first: ConfigureResult) -> None:
    del first
    later = node.with_wheels(cudnn="9.20.0.48")
    result = later.configure(playbook="driver.yml")
    result.raise_if_failed()
    assert result.changed > 0
    ask = """python3 -c 'import ctypes; print(ctypes.CDLL("libcudnn.so.9").cudnnGetVersion())'"""
    assert node.says(ask) == "92000"
    assert node.says("ls -A /opt/rackwright/cudnn").split() == ["9.20.0.48", "current"]
    assert later.configure(playbook="driver.yml").changed == 0


def test_a_wheel_that_is_not_the_locks_is_refused_and_the_library_stays(node: Node, first: ConfigureResult) -> None:
    del first
    before = node.says("readlink /opt/rackwright/cudnn/current")
    wanted = node.with_wheels(cudnn="9.21.0.1")
    wheel = next(node.cloud.settings.repo.glob("wheels/nvidia_cudnn_cu12-9.21*"))
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[: len(whole) // 2])  # a mirror whose copy was cut
    (failed,) = wanted.configure(playbook="driver.yml").failed
    assert "Expected sha256" in failed.error
    assert node.says("readlink /opt/rackwright/cudnn/current") == before
    node.says("sudo mkdir -p /opt/rackwright/cudnn/.9.21.0.1.part/done/nvidia")  # as a killed pip leaves it
    wheel.write_bytes(whole)
    wanted.configure(playbook="driver.yml").raise_if_failed()
    assert node.says("ls -A /opt/rackwright/cudnn").split() == ["9.21.0.1", "current"]


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
