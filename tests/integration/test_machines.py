"""Machines for real: boot, ssh, reboot, kill -9 of every part, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from rackwright.cloud import control_group, machine, network, process
from rackwright.cloud.base_root import _one_builder
from rackwright.cloud.capability import why_no_machines
from rackwright.cloud.guest_files import GPU_TAG
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.settings import CloudSettings, default_cache
from rackwright.cloud.ssh import ssh_command, ssh_key
from rackwright.cloud.stand_in_image import message, stand_in_digest
from rackwright.diagnostics import InputError

REFERENCE = "nvcr.io/nvidia/pytorch:25.10-py3"
PATIENCE_S = 60.0

pytestmark = [pytest.mark.machines, pytest.mark.slow]


def free_block() -> str:
    """A block that no route of this machine overlaps, so that parallel runs do not meet."""
    routes = network.host_routes()
    blocks = (IPv4Network(f"10.99.{number}.0/24") for number in range(os.getpid() % 199, 256))
    return str(next(block for block in blocks if network.collision(block, "", routes) is None))


def settings_in(folder: Path) -> CloudSettings:
    """A cloud of its own in `folder`; skips the test where no machine can run."""
    settings = CloudSettings(root=folder / "cloud", cache=default_cache(), network_cidr="10.99.0.0/24", name="test")
    if reason := why_no_machines(settings):
        pytest.skip(f"no machines here: {reason}")
    return replace(settings, network_cidr=free_block())


def two_instances(settings: CloudSettings) -> list[WantedInstance]:
    address = settings.network.network_address + 20
    script = '#!/bin/sh\necho "user data ran as $(id -un)"\ntouch /root/from-user-data\n'
    return [
        WantedInstance("i-0head", str(address), "head", user_data=script),
        WantedInstance("i-0gpu", str(address + 1), "gpu", tags={GPU_TAG: "8"}),
    ]


def want(cloud: LocalCloud, instances: Sequence[WantedInstance]) -> None:
    cloud.settings.root.mkdir(parents=True, exist_ok=True)
    path = cloud.settings.static_file
    path.with_suffix(".new").write_text(json.dumps([asdict(one) for one in instances]))
    path.with_suffix(".new").replace(path)


def on(cloud: LocalCloud, address: str, command: str) -> str:
    line = [*ssh_command(cloud.settings, address, ssh_key(cloud.settings.root)), command]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command!r} ended with {done.returncode}: {done.stderr}"
    return done.stdout.strip()


def wait_until(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S:g} s in vain: {what}"
        time.sleep(0.1)


def boot_id(cloud: LocalCloud, address: str) -> str:
    """Changes with each start of the machine: it is the start time of its first process."""
    return on(cloud, address, "cut -d' ' -f22 /proc/1/stat")


def restarted(cloud: LocalCloud, address: str, before: str) -> Callable[[], bool]:
    def check() -> bool:
        try:
            return machine.answers_ssh(address) and boot_id(cloud, address) != before
        except (AssertionError, subprocess.TimeoutExpired):
            return False

    return check


def traces(settings: CloudSettings) -> dict[str, list[str]]:
    """What of this cloud the machine shows outside the cache."""
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    group = control_group.folder(settings.cgroup)
    return {
        "mounts": [line for line in mounts if str(settings.root) in line],
        "links": sorted(name for name in network.links() if name == settings.bridge or name in guest_links(settings)),
        "processes": [str(one) for one in process.find(settings.root)],
        "control groups": [str(group)] if group.exists() else [],
        "files": [str(settings.root)] if settings.root.exists() else [],
    }


def guest_links(settings: CloudSettings) -> list[str]:
    return [f"vb-{settings.machine_key(one.id)}" for one in two_instances(settings)]


NOTHING: dict[str, list[str]] = {"mounts": [], "links": [], "processes": [], "control groups": [], "files": []}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Two machines, shared by the tests of this file."""
    settings = settings_in(tmp_path_factory.mktemp("machines"))
    cloud = LocalCloud(settings)
    want(cloud, two_instances(settings))
    try:
        cloud.up(lambda _: None)
        cloud.wait_for_machines(2, 600, lambda _: None)
        yield cloud
    finally:
        cloud.down(on_progress=lambda _: None)
        assert traces(settings) == NOTHING


def test_machines_boot_in_less_than_ten_seconds_and_are_what_their_instances_say(cloud: LocalCloud) -> None:
    head, gpu = two_instances(cloud.settings)
    status = cloud.status()
    assert {one.name: one.state for one in status.machines} == {"head": "running", "gpu": "running"}
    assert all(one.boot_s is not None and one.boot_s < 10 for one in status.machines)
    assert on(cloud, head.private_ip, "hostname; systemctl is-system-running --wait") == "head\nrunning"
    assert on(cloud, gpu.private_ip, "ls /dev/nvidia[0-9] | wc -l") == "8"
    assert on(cloud, head.private_ip, "ls /dev/nvidia* 2>/dev/null | wc -l") == "0"


def test_machines_know_each_other_by_name(cloud: LocalCloud) -> None:
    head, gpu = two_instances(cloud.settings)
    wait_until("names", lambda: "gpu" in on(cloud, head.private_ip, "cat /etc/hosts"))
    assert on(cloud, head.private_ip, "getent hosts gpu").split() == [gpu.private_ip, "gpu"]
    assert "1 received" in on(cloud, gpu.private_ip, "sudo ping -c 1 -W 5 head")


def test_there_is_no_way_out_of_the_bridge(cloud: LocalCloud) -> None:
    gpu = two_instances(cloud.settings)[1]
    forwarding = Path("/proc/sys/net/ipv4/conf") / cloud.settings.bridge / "forwarding"
    assert forwarding.read_text().strip() == "0"
    assert on(cloud, gpu.private_ip, "ip route show default; sudo ping -c 1 -W 2 192.0.2.1 2>&1 || true").endswith(
        "unreachable"
    )


def test_user_data_runs_once_as_root_at_first_boot(cloud: LocalCloud) -> None:
    head = two_instances(cloud.settings)[0]
    status = "cat /var/lib/cloud/data/status.json"
    wait_until("first boot", lambda: '"status": "done"' in on(cloud, head.private_ip, f"{status} 2>/dev/null || true"))
    assert on(cloud, head.private_ip, "cat /var/log/cloud-init-output.log") == "user data ran as root"
    assert on(cloud, head.private_ip, "sudo ls /root") == "from-user-data"


def test_a_reboot_from_inside_keeps_the_disk_and_does_not_run_user_data_again(cloud: LocalCloud) -> None:
    head = two_instances(cloud.settings)[0]
    before = boot_id(cloud, head.private_ip)
    on(
        cloud,
        head.private_ip,
        "echo kept > mark; sync; sudo systemd-run --on-active=0.1 --timer-property=AccuracySec=1ms systemctl reboot",
    )
    wait_until("the reboot", restarted(cloud, head.private_ip, before))
    assert on(cloud, head.private_ip, "cat mark") == "kept"
    assert on(cloud, head.private_ip, "wc -l < /var/log/cloud-init-output.log") == "1"


def test_machines_outlive_a_killed_background_process_and_the_next_one_takes_them_over(cloud: LocalCloud) -> None:
    gpu = two_instances(cloud.settings)[1]
    before = boot_id(cloud, gpu.private_ip)
    assert process.stop(cloud.settings.root, process.DAEMON, with_signal=signal.SIGKILL) == 1
    assert not cloud.status().running
    assert machine.answers_ssh(gpu.private_ip)
    cloud.up(lambda _: None)
    cloud.wait_for_machines([gpu.id], PATIENCE_S, lambda _: None)
    assert boot_id(cloud, gpu.private_ip) == before
    assert len([one for one in process.find(cloud.settings.root) if one.role == "registry"]) == 1


def test_a_machine_whose_process_is_killed_comes_back_with_its_disk(cloud: LocalCloud) -> None:
    gpu = two_instances(cloud.settings)[1]
    before = boot_id(cloud, gpu.private_ip)
    on(cloud, gpu.private_ip, "echo kept > mark; sync")
    assert process.stop(cloud.settings.root, f"guest:{gpu.id}", with_signal=signal.SIGKILL) == 1
    wait_until("the restart", restarted(cloud, gpu.private_ip, before))
    assert on(cloud, gpu.private_ip, "cat mark") == "kept"


def test_a_machine_whose_keeper_is_killed_runs_on_and_can_still_reboot(cloud: LocalCloud) -> None:
    gpu = two_instances(cloud.settings)[1]
    before = boot_id(cloud, gpu.private_ip)
    assert process.stop(cloud.settings.root, f"keeper:{gpu.id}", with_signal=signal.SIGKILL) == 1
    assert boot_id(cloud, gpu.private_ip) == before
    on(cloud, gpu.private_ip, "sudo systemd-run --on-active=0.1 --timer-property=AccuracySec=1ms systemctl reboot")
    wait_until("the reboot", restarted(cloud, gpu.private_ip, before))


def test_rebooting_or_stopping_the_instance_does_so_to_the_machine(cloud: LocalCloud) -> None:
    head, gpu = two_instances(cloud.settings)
    on(cloud, gpu.private_ip, "touch mark && sync")
    before = boot_id(cloud, gpu.private_ip)
    want(cloud, [head, replace(gpu, generation=1)])
    wait_until("the reboot", restarted(cloud, gpu.private_ip, before))
    want(cloud, [head, replace(gpu, generation=1, running=False)])
    wait_until("the stop", lambda: gpu.id not in machine.running(cloud.settings))
    on_again = [head, replace(gpu, generation=2)]
    want(cloud, on_again)
    wait_until("the start", lambda: machine.answers_ssh(gpu.private_ip))
    assert on(cloud, gpu.private_ip, "test -e mark && hostname") == "gpu"
    want(cloud, two_instances(cloud.settings))


def test_an_image_pulled_through_the_registry_says_that_it_is_a_stand_in(cloud: LocalCloud) -> None:
    head = two_instances(cloud.settings)[0]
    digest = cloud.serve_images([REFERENCE])[REFERENCE]
    assert digest == stand_in_digest(REFERENCE)
    assert cloud.serve_images([REFERENCE]) == {REFERENCE: digest}
    read = "from urllib.request import urlopen; print(urlopen('{}/v2/nvidia/pytorch/blobs/{}').read())"
    layer = json.loads(_get(cloud, f"/v2/nvidia/pytorch/manifests/{digest}"))["manifests"][0]["digest"]
    blob = json.loads(_get(cloud, f"/v2/nvidia/pytorch/manifests/{layer}"))["layers"][0]["digest"]
    assert message(REFERENCE).strip() in on(
        cloud, head.private_ip, f'python3 -c "{read.format(cloud.settings.registry, blob)}"'
    )


def _get(cloud: LocalCloud, path: str) -> str:
    accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"
    line = ["curl", "-sf", "-H", f"Accept: {accept}", f"{cloud.settings.registry}{path}"]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout


def test_the_toolkit_that_we_build_installs_from_the_package_folder(cloud: LocalCloud) -> None:
    head = two_instances(cloud.settings)[0]
    source = f"deb [trusted=yes] {cloud.settings.apt_repo} ./"
    lists = "-o Dir::Etc::sourcelist=/etc/apt/sources.list.d/own.list -o Dir::Etc::sourceparts=-"
    on(cloud, head.private_ip, f"echo '{source}' | sudo tee /etc/apt/sources.list.d/own.list")
    on(
        cloud,
        head.private_ip,
        f"sudo apt-get -q update {lists} && sudo apt-get -qy install {lists} nvidia-container-toolkit",
    )
    assert on(cloud, head.private_ip, "nvidia-ctk --version").endswith("version 1.20.1")
    assert "Built from source by Rackwright" in on(cloud, head.private_ip, "dpkg -s nvidia-container-toolkit")


def test_a_machine_goes_with_its_instance_and_a_half_made_one_is_made_anew(cloud: LocalCloud) -> None:
    head, gpu = two_instances(cloud.settings)
    want(cloud, [head])
    wait_until("the end of it", lambda: gpu.id not in machine.folders(cloud.settings))
    assert machine.answers_ssh(head.private_ip)
    assert gpu.id not in machine.running(cloud.settings)
    half = machine.machine_folder(cloud.settings, gpu.id)
    (half / "up" / "etc").mkdir(parents=True)
    want(cloud, [head, gpu])
    wait_until("the machine", lambda: machine.answers_ssh(gpu.private_ip))


def test_instances_above_the_cap_have_no_machine_and_the_status_says_so(cloud: LocalCloud) -> None:
    last = str(cloud.settings.network.network_address + 30)
    more = [*two_instances(cloud.settings), WantedInstance("i-0last", last, "last")]
    assert process.stop(cloud.settings.root, process.DAEMON) == 1
    capped = LocalCloud(replace(cloud.settings, machine_cap=2))
    want(capped, more)
    capped.up(lambda _: None)
    wait_until("the word", lambda: capped.status().not_rehearsed_reason is not None)
    assert capped.status().not_rehearsed_reason == "1 of 3 instances run without a machine (cap 2)"
    assert {one.name for one in capped.status().machines} == {"head", "gpu"}
    want(capped, two_instances(cloud.settings))


def test_down_leaves_nothing_after_everything_was_killed_and_a_second_one_has_nothing_to_do(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    cloud = LocalCloud(settings)
    want(cloud, two_instances(settings)[:1])
    try:
        cloud.up(lambda _: None)
        wait_until("the machine", lambda: machine.answers_ssh(two_instances(settings)[0].private_ip))
        for one in process.find(settings.root):
            os.kill(one.pid, signal.SIGKILL)
    finally:
        assert cloud.down(on_progress=lambda _: None)
    assert traces(settings) == NOTHING
    assert not cloud.down(on_progress=lambda _: None)


def test_a_block_that_this_machine_reaches_already_is_refused_before_anything_is_made(
    cloud: LocalCloud, tmp_path: Path
) -> None:
    taken = replace(cloud.settings, root=tmp_path / "cloud")
    with pytest.raises(InputError, match=r"overlaps .* through rw-"):
        LocalCloud(taken).up(lambda _: None)
    assert taken.bridge not in network.links()
    assert process.find(taken.root) == ()


BUILD = """
import sys; from pathlib import Path
from rackwright.cloud.base_root import ensure_base_root; from rackwright.cloud.mirror import host_mirror
ensure_base_root(Path(sys.argv[1]), host_mirror(), lambda line: print(line, flush=True))
"""


def test_a_build_of_the_base_root_that_is_killed_leaves_no_process_and_the_next_one_clears_up(tmp_path: Path) -> None:
    settings_in(tmp_path)
    build = subprocess.Popen([sys.executable, "-c", BUILD, tmp_path], stdout=subprocess.PIPE, text=True)
    assert build.stdout is not None
    with build.stdout:
        next(line for line in build.stdout if "update" in line)
        build.kill()
        build.wait()
        wait_until("the end of its children", lambda: not processes_naming(tmp_path))
    [half_built] = (tmp_path / "base").glob("half-built-*")
    with _one_builder(tmp_path / "base"):
        assert not half_built.exists()
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()


def processes_naming(folder: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_text().replace("\0", " "))
    return [line for line in found if f"{folder}/" in line]
