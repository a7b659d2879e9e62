"""Packer templates of an AWS stack: valid JSON in Packer's form, no secret, the pool's own machine and image."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from rackwright.cli.watch import Watch
from rackwright.configure.runner import environment
from rackwright.diagnostics import InputError
from rackwright.pipeline.images.packer import write_templates
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.run import Run
from rackwright.pipeline.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]


def run_of(stack: str, folder: Path) -> Run:
    prepared, _ = open_stack(ROOT, stack)
    return Run(prepared, Workspace(folder, stack), Watch(yes=True, ask=""))


def test_every_pool_gets_a_template_that_bakes_its_roles(tmp_path: Path) -> None:
    run = run_of("h100-train", tmp_path)
    made = write_templates(run, tmp_path / "packer", ())
    assert {path.name for path in made} == {f"{pool.name}.pkr.json" for pool in run.prepared.design.pools}
    template = json.loads((tmp_path / "packer/train.pkr.json").read_text())
    source = template["source"]["amazon-ebs"]["node"]
    assert source["instance_type"] == run.prepared.design.pool("train").machine
    assert (source["encrypt_boot"], source["associate_public_ip_address"]) == (True, False)
    assert source["metadata_options"]["http_tokens"] == "required"
    assert source["ami_name"].startswith("rackwright-baked-h100-train-train-")
    [ansible, shell] = template["build"]["provisioner"]
    assert (tmp_path / "packer" / ansible["ansible"]["playbook_file"]).is_file()
    assert any("munge.key" in line for line in shell["shell"]["inline"])
    variables = tmp_path / "packer" / ansible["ansible"]["inventory_directory"]
    assert {"base", "gpu_driver"} <= set(ansible["ansible"]["groups"])
    own = json.loads((variables / "host_vars/bake.json").read_text())
    assert "ansible_host" not in own, "Packer says where the machine is"
    assert "lookup(" in own["munge_key"], "no secret of the cluster is in an image, nor in a file"


def test_ansible_finds_every_value_beside_the_list_of_hosts_that_packer_writes(tmp_path: Path) -> None:
    write_templates(run_of("h100-train", tmp_path), tmp_path, ("train",))
    template = json.loads((tmp_path / "train.pkr.json").read_text())
    ansible = template["build"]["provisioner"][0]["ansible"]
    folder = tmp_path / ansible["inventory_directory"]
    hosts = "".join(f"[{group}]\n{ansible['host_alias']} ansible_host=127.0.0.1\n" for group in ansible["groups"])
    (folder / "packer-provisioner-ansible1234").write_text(hosts)
    command = ["ansible-inventory", "--inventory", folder / "packer-provisioner-ansible1234", "--host", "bake"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=environment(tmp_path) | {"HOME": str(tmp_path)},
    )
    found = json.loads(done.stdout)
    assert {"base_packages", "base_pins", "gpu_driver_release", "ssh_settings", "munge_key"} <= found.keys()


def test_a_build_machine_is_reached_without_an_open_port_where_its_image_can(tmp_path: Path) -> None:
    write_templates(run_of("h100-train", tmp_path), tmp_path, ("train",))
    source = json.loads((tmp_path / "train.pkr.json").read_text())["source"]["amazon-ebs"]["node"]
    [statement] = source["temporary_iam_instance_profile_policy_document"]["Statement"]
    assert source["ssh_interface"] == "session_manager"
    assert "ssm:UpdateInstanceInformation" in statement["Action"]


def test_the_same_stack_gives_the_same_bytes(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_templates(run_of("h100-train", tmp_path), tmp_path / "a", ("train",))]
    assert first == [
        path.read_bytes() for path in write_templates(run_of("h100-train", tmp_path), tmp_path / "b", ("train",))
    ]


def test_a_rehearsal_is_baked_here_instead(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="targets local") as refused:
        write_templates(run_of("local", tmp_path), tmp_path / "packer", ())
    assert refused.value.hint == "./rw bake local"
