"""slurm.conf of a cluster whose nodes Slurm starts itself, and what its programs are told."""

from __future__ import annotations

from typing import Any

import jinja2
from ansible.plugins.filter.core import comment

from rackwright.catalog import load_catalog
from rackwright.configure.runner import PLAYBOOKS
from rackwright.configure.slurm import controller_variables
from rackwright.configure.slurm_power import power_variables
from rackwright.design import design_cluster
from rackwright.design.model import Design
from rackwright.elastic.settings import ElasticPool, address_of
from rackwright.hostlist import expand
from rackwright.inventory import Host, Inventory
from rackwright.spec.cluster import ClusterSpec


def design(least: int, most: int, idle: int | None = 10) -> Design:
    spec = ClusterSpec.model_validate(
        {
            "name": "elastic",
            "target": {"kind": "aws", "region": "us-east-1", "zone_ids": ["use1-az6"]},
            "data": {"classification": "internal"},
            "network": {"cidr": "10.40.0.0/16"},
            "pools": {
                "head": {"role": "control", "machine": "m7i.4xlarge", "nodes": 1},
                "infer": {"role": "gpu", "machine": "g6e.12xlarge", "nodes": {"min": least, "max": most}},
            },
            "scheduler": {"kind": "slurm", **({"suspend_idle": f"{idle} min"} if idle else {})},
        }
    )
    return design_cluster(spec, load_catalog())


def inventory(wanted: Design) -> Inventory:
    head = wanted.pool("head")
    roles = frozenset(head.ansible_roles)
    return Inventory(
        cluster="elastic", hosts=(Host(name="head-10", address=head.addresses[0], pool="head", roles=roles),)
    )


def slurm_conf(wanted: Design) -> str:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters["comment"] = comment
    text = (PLAYBOOKS / "roles/slurm_controller/templates/slurm.conf.j2").read_text().partition("\n")[2]
    variables: dict[str, Any] = controller_variables(inventory(wanted), wanted)
    return environment.from_string(text).render(ansible_managed="Ansible managed", **variables)


def test_nodes_that_slurm_starts_are_cloud_nodes_with_their_addresses_in_their_partition() -> None:
    wanted = design(0, 16)
    text = slurm_conf(wanted)
    line = next(line for line in text.splitlines() if line.startswith("NodeName=infer"))
    names, addresses = (part.partition("=")[2] for part in line.split()[:2])
    assert line.endswith("State=CLOUD")
    assert len(expand(names)) == 16
    assert addresses.count("[") == 1
    partition = next(line for line in text.splitlines() if line.startswith("PartitionName=infer"))
    assert f"Nodes={names} " in partition


def test_slurm_is_told_when_to_stop_nodes_and_whom_to_call() -> None:
    text = slurm_conf(design(0, 4, idle=10))
    assert "SuspendTime=600\n" in text
    assert "ResumeProgram=/usr/local/sbin/rackwright-slurm-resume\n" in text
    assert "SlurmctldParameters=enable_configless,idle_on_node_suspend\n" in text
    assert "SuspendTime=INFINITE\n" in slurm_conf(design(0, 4, idle=None))


def test_a_cluster_of_fixed_size_saves_no_power() -> None:
    text = slurm_conf(design(4, 4))
    assert "ResumeProgram" not in text
    assert "State=CLOUD" not in text
    settings: Any = power_variables(design(4, 4))["slurm_power_settings"]
    assert settings["pools"] == []


def test_the_programs_know_every_node_that_slurm_may_ask_for() -> None:
    wanted = design(1, 16)
    settings: Any = power_variables(wanted)["slurm_power_settings"]
    pool = ElasticPool(**settings["pools"][0])
    names = expand(
        next(line for line in slurm_conf(wanted).splitlines() if "infer" in line).split()[0].partition("=")[2]
    )
    assert len(names) == 15
    assert (names[0], names[-1]) == (f"infer-{pool.first}", f"infer-{pool.last}")
    assert address_of(pool, names[0]) in slurm_conf(wanted).replace("[", "").replace("]", "")
    assert (pool.template, pool.subnet) == ("elastic-infer", f"elastic-{wanted.pool('infer').subnet}")
