from __future__ import annotations

import json
import runpy
from collections import Counter

import pulumi
import pytest

from infra.settings import PROJECT_ROOT
from rackwright.inventory import Inventory

PROGRAM = PROJECT_ROOT / "infra" / "__main__.py"


@pytest.fixture
def run(declare, monkeypatch):
    exported: dict[str, object] = {}
    monkeypatch.setattr(pulumi, "export", lambda name, value: value.apply(lambda got: exported.__setitem__(name, got)))

    def run(stack: str, **config: str):
        settings = {"spec": f"stacks/{stack}.yaml", **config}
        pulumi.runtime.set_all_config({f"rackwright:{key}": value for key, value in settings.items()})
        members = {"train": [("i-1", "10.40.128.4"), ("i-2", "10.40.128.5")]}
        recorder = declare(lambda: runpy.run_path(str(PROGRAM), run_name="__main__") and None, members=members)
        return recorder, exported

    yield run
    pulumi.runtime.set_all_config({})


@pytest.mark.parametrize("stack", ["local", "h100-train"])
def test_program_runs_as_pulumi_runs_it_and_more_than_once(run, stack) -> None:
    first = Counter((resource.typ, resource.name) for resource in run(stack)[0].seen)
    second = Counter((resource.typ, resource.name) for resource in run(stack)[0].seen)
    assert first == second
    assert max(first.values()) == 1, "two resources of a type have the same name"


def test_local_stack_exports_an_inventory_of_head_and_nodes(run) -> None:
    _, exported = run("local", endpoint="http://127.0.0.1:5000", sshPublicKey="ssh-ed25519 AAAA admin")
    inventory = Inventory.model_validate(json.loads(str(exported["inventory"])))
    assert [host.name for host in inventory.hosts] == ["head-10", "train-4", "train-5"]
    assert inventory.in_role("slurm_controller")[0].name == "head-10"


def test_local_stack_can_reach_nothing_but_its_endpoint(run) -> None:
    recorder, _ = run("local", endpoint="http://127.0.0.1:5000")
    provider = next(resource for resource in recorder.seen if resource.typ == "pulumi:providers:aws")
    endpoints = json.loads(provider.inputs["endpoints"])
    assert {address for entry in endpoints for address in entry.values()} == {"http://127.0.0.1:5000"}
    assert "test" in str(provider.inputs["accessKey"])
    used = {resource.typ.split(":")[1].split("/")[0] for resource in recorder.seen if resource.typ.startswith("aws:")}
    assert "configservice" in endpoints[0], "pulumi-aws calls the endpoint of cfg otherwise"
    assert used - {"ebs", "vpc", "cloudwatch", "cfg"} <= {service for entry in endpoints for service in entry}


def test_every_child_belongs_to_a_component_and_every_component_to_the_cluster(run) -> None:
    recorder, _ = run("h100-train")
    for resource in recorder.seen:
        if resource.typ.startswith("aws:"):
            assert resource.provider, f"{resource.typ} {resource.name} would use a default provider"


def test_a_site_of_ones_own_gives_the_same_inventory_and_builds_nothing(run) -> None:
    recorder, exported = run("dgx-h100-4su")
    hosts = Inventory.model_validate(json.loads(str(exported["inventory"]))).hosts
    assert {resource.typ for resource in recorder.seen} == {"rackwright:on-prem:Cluster"}
    assert len(hosts) == len({host.address for host in hosts}) > 100
    assert all(host.instance_id is None for host in hosts)
