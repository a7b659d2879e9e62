"""Packer templates of an AWS stack: valid JSON in Packer's form, no secret, the pool's own machine and image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rackwright.cli.watch import Watch
from rackwright.diagnostics import InputError
from rackwright.pipeline.open import open_stack
from rackwright.pipeline.packer import write_templates
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
    inventory = json.loads((tmp_path / "packer" / ansible["ansible"]["inventory_file"]).read_text())
    assert "ansible_host" not in inventory["all"]["hosts"]["bake"]
    assert "gpu_driver" in inventory["all"]["children"]


def test_the_same_stack_gives_the_same_bytes(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_templates(run_of("h100-train", tmp_path), tmp_path / "a", ("train",))]
    assert first == [
        path.read_bytes() for path in write_templates(run_of("h100-train", tmp_path), tmp_path / "b", ("train",))
    ]


def test_a_rehearsal_is_baked_here_instead(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="targets local") as refused:
        write_templates(run_of("local", tmp_path), tmp_path / "packer", ())
    assert refused.value.hint == "./rw bake local"
