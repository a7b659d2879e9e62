"""Changes of the GPU driver on a real machine: modules for two kernels, settings that hold or not, a node in use.

The machine has no GPU. nvidia-smi, dkms, modinfo, modprobe and update-initramfs are stand-ins that write down what they
were asked; what the kernel says of the driver lies in folders of the machine's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from rackwright.configure import ConfigureResult
from rackwright.design.model import Design
from rackwright.design.node_model import GpuSettings
from rackwright.lock.model import Package
from tests.integration.gpu_node import Node, running_node
from tests.integration.vendor_stand_ins import DRIVER, KERNELS, is_package_name
from tests.unit.configure.sample import design

pytestmark = [pytest.mark.machines, pytest.mark.slow, pytest.mark.timeout(900)]

LOG = "/var/log/stand-ins"
NOTED = f'echo "$(basename "$0") $*" >> {LOG}\n'
PROGRAMS = {
    "dkms": f"{NOTED}mkdir -p /var/lib/stand-in-modules && touch /var/lib/stand-in-modules/$3\n",
    "modinfo": "test -e /var/lib/stand-in-modules/$2\n",
    "modprobe": f"{NOTED}mkdir -p /sys/module/nvidia /sys/module/nvidia_uvm\n",
    "update-initramfs": NOTED,
    "nvidia-smi": """\
state=/var/lib/stand-in-smi; mkdir -p $state
read_or() { cat "$state/$1" 2> /dev/null || echo "$2"; }
case "$*" in
--list-gpus) for n in 0 1 2 3 4 5 6 7; do echo "GPU $n: stand-in"; done ;;
--query-gpu*) for n in 0 1 2 3 4 5 6 7; do
    echo "$n, $(read_or power-$n 700).00, Default, Enabled, $(read_or ecc-$n Enabled), Disabled, Disabled"; done ;;
*--power-limit=9*) echo "Provided power limit is not valid: it should be between 200.00 W and 700.00 W" >&2; exit 4 ;;
*--power-limit=*) echo "${3#--power-limit=}" > $state/power-$2 ;;
*--ecc-config=0) echo Disabled > $state/ecc-$2 ;;
*--ecc-config=1) echo Enabled > $state/ecc-$2 ;;
esac
""",
}
HAS_A_GPU = {"gpu_driver": {"gpu_driver_gpu_present": True, "gpu_driver_persistence": True}}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("driver"), "driver") as found:
        stand_in = {"stand-in-persistenced": Package(version=f"{DRIVER}-1", role="gpu_driver", source="built")}
        lock = found.lock.model_copy(update={"packages": stand_in})
        host = found.host.model_copy(update={"roles": frozenset({"base", "gpu_driver"})})
        node = replace(found, lock=lock, host=host)
        for name, text in PROGRAMS.items():
            node.says(f"sudo tee /usr/local/sbin/{name} > /dev/null <<'END'\n#!/bin/sh\n{text}END\n")
            node.says(f"sudo chmod 755 /usr/local/sbin/{name}")
        node.configure(playbook="base.yml").raise_if_failed()
        node.configure(playbook="driver.yml").raise_if_failed()
        yield node


def asked(node: Node, program: str) -> list[str]:
    """What a stand-in was asked since the last time."""
    found = node.says(f"sudo grep '^{program} ' {LOG} || true; sudo sed -i '/^{program} /d' {LOG} 2> /dev/null || true")
    return [line.removeprefix(f"{program} ") for line in found.splitlines()]


def settings(**changes: object) -> Design:
    plain = design(nodes=1)
    pools = tuple(
        pool.model_copy(update={"gpu_settings": GpuSettings.model_validate(changes)}) if pool.gpus else pool
        for pool in plain.pools
    )
    return plain.model_copy(update={"pools": pools})


def driver(node: Node, wanted: Design, told: Mapping[str, Mapping[str, object]]) -> ConfigureResult:
    return node.configure(wanted, playbook="driver.yml", told=told)


def test_the_running_and_the_next_kernel_each_get_headers_and_a_module(node: Node) -> None:
    running, following = KERNELS
    if not is_package_name(running):
        pytest.skip(f"no package can be named after the kernel {running}")
    node.says(f"sudo touch /boot/vmlinuz-{following}")
    told = {"gpu_driver": {"gpu_driver_kernel_package": "stand-in-headers-", "gpu_driver_compiles": True}}
    driver(node, design(nodes=1), told).raise_if_failed()
    installed = node.says("dpkg-query --show --showformat '${Package}\\n' 'stand-in-headers-*'").split()
    assert set(installed) == {f"stand-in-headers-{kernel}" for kernel in (running, following)}
    assert set(asked(node, "dkms")) == {f"autoinstall -k {kernel}" for kernel in (running, following)}
    assert driver(node, design(nodes=1), told).changed == 0
    node.says("sudo rm /etc/modprobe.d/rackwright-nvidia.conf")
    driver(node, design(nodes=1), told).raise_if_failed()
    assert asked(node, "update-initramfs") == ["-u -k all"]


def with_a_gpu(node: Node) -> None:
    node.says("mountpoint -q /proc/driver || sudo mount -t tmpfs none /proc/driver")
    node.says("test -d /sys/module || { sudo mount -o remount,rw /sys && sudo mkdir /sys/module; }")
    node.says(f"sudo mkdir -p /proc/driver/nvidia && echo 'NVRM {DRIVER} ' | sudo tee /proc/driver/nvidia/version")


def test_a_power_cap_is_set_on_every_gpu_and_a_refused_one_fails_the_node_by_its_reason(node: Node) -> None:
    with_a_gpu(node)
    driver(node, settings(power_limit_w=650), HAS_A_GPU).raise_if_failed()
    assert node.says("cat /var/lib/stand-in-smi/power-*").split() == ["650"] * 8
    assert driver(node, settings(power_limit_w=650), HAS_A_GPU).changed == 0
    for _ in range(2):
        (failed,) = driver(node, settings(power_limit_w=900), HAS_A_GPU).failed
        assert "should be between 200.00 W and 700.00 W" in failed.error
    assert node.says("cat /var/lib/stand-in-smi/power-*").split() == ["650"] * 8


def test_error_correction_that_waits_for_a_boot_and_options_of_a_loaded_module_ask_for_one(node: Node) -> None:
    with_a_gpu(node)
    node.says("sudo rm -f /run/reboot-required")
    driver(node, settings(power_limit_w=650, ecc=False), HAS_A_GPU).raise_if_failed()
    assert "error correction" in node.says("cat /run/reboot-required")
    assert driver(node, settings(power_limit_w=650, ecc=False), HAS_A_GPU).changed == 0
    driver(node, settings(power_limit_w=650), HAS_A_GPU).raise_if_failed()
    node.says("sudo rm /run/reboot-required")
    plain = settings(power_limit_w=650)
    software = plain.software.model_copy(update={"profiling": "all"})
    driver(node, plain.model_copy(update={"software": software}), HAS_A_GPU).raise_if_failed()
    assert "options" in node.says("cat /run/reboot-required")


def test_a_driver_change_on_a_node_that_is_in_use_touches_no_device_and_goes_on_once_it_is_drained(node: Node) -> None:
    with_a_gpu(node)
    driver(node, settings(power_limit_w=650), HAS_A_GPU).raise_if_failed()
    unit = "/etc/systemd/system/rackwright-gpu-settings.service"
    node.says(f"echo '# drift' | sudo tee -a {unit} > /dev/null; sudo touch /dev/nvidia9")
    node.says("sudo systemd-run --quiet --unit=somebodys-work tail -f /dev/nvidia9")
    before = node.says("systemctl show --property=ActiveEnterTimestampMonotonic rackwright-gpu-settings.service")
    try:
        (failed,) = driver(node, settings(power_limit_w=600), HAS_A_GPU).failed
    finally:
        node.says("sudo systemctl stop somebodys-work.service; sudo rm /dev/nvidia9")
    assert "drain it first" in failed.error
    assert node.says("cat /var/lib/stand-in-smi/power-0") == "650"
    assert (
        node.says("systemctl show --property=ActiveEnterTimestampMonotonic rackwright-gpu-settings.service") == before
    )
    assert node.says("systemctl show --property=NeedDaemonReload --value rackwright-gpu-settings.service") == "yes"
    driver(node, settings(power_limit_w=600), HAS_A_GPU).raise_if_failed()
    assert node.says("cat /var/lib/stand-in-smi/power-0") == "600"
    assert node.says("systemctl show --property=NeedDaemonReload --value rackwright-gpu-settings.service") == "no"
    assert driver(node, settings(power_limit_w=600), HAS_A_GPU).changed == 0
