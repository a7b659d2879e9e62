"""The launch template of every AWS machine in the catalog names interfaces that EC2 would take."""

from __future__ import annotations

from typing import Literal

import pytest

from infra.aws.compute import launch
from rackwright.catalog import load_catalog
from rackwright.cloud.aws.services.launches import INSTANCE_TYPES, check_interfaces
from rackwright.design import design_cluster
from rackwright.design.model import Pool
from rackwright.diagnostics import InputError
from rackwright.spec.cluster import ClusterSpec

Layout = Literal["ip-optimised", "bandwidth-optimised"]
MACHINES = sorted(name for name, machine in load_catalog().machines.items() if name in INSTANCE_TYPES and machine.gpus)
GROUPS = {"nodes": "sg-nodes", "fabric": "sg-fabric"}


def pool(machine: str, layout: Layout) -> Pool:
    spec = ClusterSpec.model_validate(
        {
            "name": "every",
            "target": {"kind": "aws", "region": "us-east-1", "zone_ids": ["use1-az6"]},
            "data": {"classification": "internal"},
            "network": {"cidr": "10.40.0.0/16"},
            "pools": {
                "head": {"role": "control", "machine": "m7i.4xlarge", "nodes": 1},
                "train": {"role": "gpu", "machine": machine, "nodes": 2, "nic_layout": layout},
            },
            "scheduler": {"kind": "slurm"},
        }
    )
    return design_cluster(spec, load_catalog()).pool("train")


def test_the_catalog_has_machines_of_every_generation_with_gpus() -> None:
    assert {"p4d.24xlarge", "p5.48xlarge", "p5en.48xlarge", "p6-b200.48xlarge", "g6e.12xlarge"} <= set(MACHINES)


LAYOUTS: list[tuple[str, Layout]] = [
    *((machine, "ip-optimised") for machine in MACHINES),
    *((machine, "bandwidth-optimised") for machine in MACHINES if load_catalog().machines[machine].efa_cards),
]


def is_published(machine: str, layout: Layout) -> bool:
    """Whether AWS says how to lay out the interfaces of `machine` so."""
    try:
        pool(machine, layout)
    except InputError:
        return layout == "ip-optimised"
    return True


def test_a_layout_that_nobody_published_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="no published bandwidth-optimised layout"):
        pool("g5.xlarge", "bandwidth-optimised")


@pytest.mark.parametrize(("machine", "layout"), LAYOUTS)
def test_interfaces_of_a_launch_template_fit_the_machine(machine: str, layout: Layout) -> None:
    if not is_published(machine, layout):
        return
    wanted = pool(machine, layout)
    declared = [launch.interface(nic, GROUPS) for nic in wanted.nics]
    asked = [
        {
            "NetworkCardIndex": one.network_card_index,
            "DeviceIndex": one.device_index,
            "InterfaceType": one.interface_type,
        }
        for one in declared
    ]
    check_interfaces(asked, machine)
    facts = INSTANCE_TYPES[machine]["NetworkInfo"]
    if facts.get("EfaSupported") and asked:
        efa = sum(nic["InterfaceType"] != "interface" for nic in asked)
        assert efa == facts["EfaInfo"]["MaximumEfaInterfaces"], "all of the fabric is used"
    assert all((nic["NetworkCardIndex"], nic["DeviceIndex"]) != (0, 0) or nic == asked[0] for nic in asked)


@pytest.mark.parametrize("machine", MACHINES)
def test_fabric_ports_are_in_the_fabrics_group_and_only_ip_ports_in_the_nodes(machine: str) -> None:
    for one in (launch.interface(nic, GROUPS) for nic in pool(machine, "ip-optimised").nics):
        expected = {"interface": ["sg-nodes"], "efa": ["sg-nodes", "sg-fabric"], "efa-only": ["sg-fabric"]}
        assert one.security_groups == expected[str(one.interface_type)]
