"""Lines of shell by which roles look at a node, run as they stand, on a simulated one."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import jinja2
import pytest
from ruamel.yaml import YAML

from rackwright.configure.runner import PLAYBOOKS

GOLDEN = Path(__file__).parents[1] / "golden/playbooks/local/roce.roce"


def variable(role: str, name: str) -> str:
    return str(YAML(typ="safe").load((PLAYBOOKS / "roles" / role / "vars/main.yml").read_text())[name])


def on_a_node(folder: Path, script: str, programs: Mapping[str, str]) -> str:
    """Output of `script` where `programs` (name -> shell) stand in for the node's own."""
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    done = subprocess.run(["sh", "-c", script], env={"PATH": path}, capture_output=True, text=True, check=False)
    return done.stdout


@pytest.mark.parametrize(
    ("running", "installed", "kernels"),
    [
        ("6.8.0-31", ["6.8.0-31"], ["6.8.0-31"]),
        ("6.8.0-31", ["6.8.0-31", "6.8.0-100"], ["6.8.0-100", "6.8.0-31"]),
        ("6.8.0-100", ["6.8.0-31", "6.8.0-100"], ["6.8.0-100"]),
        ("6.8.0-9", ["6.8.0-9", "6.8.0-10", "6.5.0-50"], ["6.8.0-10", "6.8.0-9"]),
    ],
)
def test_the_running_and_the_next_kernel_are_found(
    tmp_path: Path, running: str, installed: list[str], kernels: list[str]
) -> None:
    listing = "\\n".join(f"vmlinuz-{one}\\nconfig-{one}" for one in installed)
    programs = {"uname": f"echo {running}", "ls": f"printf '{listing}\\n'"}
    found = on_a_node(tmp_path, variable("gpu_driver", "gpu_driver_kernels"), programs)
    assert sorted(found.split()) == sorted(kernels)


def test_the_lossless_class_leaves_a_card_below_a_bond_of_the_default_route_alone(tmp_path: Path) -> None:
    net = tmp_path / "net"
    for card in ("ens1", "ens2"):
        (net / card / "device/infiniband/mlx5_0/ports/1").mkdir(parents=True)
    (net / "bond0").mkdir()
    (net / "ens1/upper_bond0").symlink_to(net / "bond0")
    script = GOLDEN.read_text().replace("/sys/class/net", str(net))
    programs = {"ip": 'case $* in "-6 "*) echo "default via fe80::1 dev bond0 metric 1" ;; *"mtu"*) echo "$*" ;; esac'}
    found = on_a_node(tmp_path, script, {**programs, "dcb": 'echo "dcb $*"', "cma_roce_tos": ":"}).splitlines()
    assert "ens1 carries the default route; left alone" in found
    assert "ens2: lossless class 3" in found
    assert not [line for line in found if line.startswith(("dcb", "link")) and "ens1" in line]
    assert [line for line in found if line.startswith("dcb pfc set dev ens2")]


@pytest.mark.parametrize(("version", "good"), [("1.20.1", True), ("1.19.1", True), ("1.17.8", False), ("1.9.0", False)])
def test_a_toolkit_below_its_floor_is_seen(tmp_path: Path, version: str, good: bool) -> None:
    written = variable("container_runtime", "container_runtime_floor_states")
    rendered = (
        jinja2.Environment(autoescape=False).from_string(written).render(container_runtime_toolkit_floor="1.19.1")
    )
    script = ast.literal_eval(rendered.strip())[0]["test"]
    programs = {"nvidia-ctk": f"echo 'NVIDIA Container Toolkit CLI version {version}'; echo commit: abc"}
    assert on_a_node(tmp_path, script, programs).strip() == ("yes" if good else "")
