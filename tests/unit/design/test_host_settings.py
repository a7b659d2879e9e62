from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.design import design_cluster
from rackwright.design.host_settings import FIRST_ID, IDS, account_name, stable_id
from rackwright.design.model import Design
from rackwright.diagnostics import InputError
from rackwright.spec.load import load_spec

STACKS = Path(__file__).parents[3] / "stacks"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0000000000000000000000000000000000000000000"


def designed(tmp_path: Path, stack: str, more: str) -> Design:
    path = tmp_path / f"{stack}.yaml"
    path.write_text((STACKS / f"{stack}.yaml").read_text() + more)
    return design_cluster(load_spec(path), load_catalog())


@given(st.text(min_size=1, max_size=40))
def test_an_id_is_made_from_the_name_alone_and_clears_those_of_the_system(name: str) -> None:
    assert stable_id(name) == stable_id(name)
    assert FIRST_ID <= stable_id(name) < FIRST_ID + IDS < 65534


@given(st.emails())
def test_an_account_has_a_name_that_the_system_takes(address: str) -> None:
    name = account_name(address)
    assert 0 < len(name) <= 32
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")


def test_people_of_the_spec_become_accounts_with_their_groups(tmp_path: Path) -> None:
    access = f"""
access:
  groups: {{admins: [ada@example.org], lab: [ada@example.org, ben]}}
  people: {{ben: {{uid: 4000, keys: ["{KEY}"]}}}}
"""
    hosts = designed(tmp_path, "local", access).hosts
    assert [(person.name, person.groups) for person in hosts.people] == [("ada", ("admins", "lab")), ("ben", ("lab",))]
    assert hosts.people[1].uid == 4000
    assert hosts.second_factor
    assert [group.sudo for group in hosts.groups] == [("ALL",), ()]


def test_two_people_with_one_id_are_refused_with_a_way_out(tmp_path: Path) -> None:
    access = "\naccess: {groups: {lab: [ada, ben]}, people: {ada: {uid: 4000}, ben: {uid: 4000}}}\n"
    with pytest.raises(InputError) as told:
        designed(tmp_path, "local", access)
    assert "belongs to ada and ben" in told.value.problems[0].summary


def test_a_directory_has_the_people_and_the_nodes_do_not() -> None:
    hosts = design_cluster(load_spec(STACKS / "dgx-h100-4su.yaml"), load_catalog()).hosts
    assert (hosts.people, hosts.second_factor) == ((), False)


ROLES = {
    ("h100-train", "train"): {"fabric_efa", "storage_lustre", "storage_nfs", "storage_scratch", "auditd", "integrity"},
    ("dgx-h100-4su", "train"): {"fabric_infiniband", "storage_lustre", "storage_nfs", "storage_scratch"},
    ("dgx-h100-4su", "login"): {"slurm_login", "storage_lustre", "storage_nfs"},
    ("local", "head"): {"users", "firewall", "auditd", "storage_nfs"},
}


@pytest.mark.parametrize(("stack", "pool"), ROLES)
def test_a_pool_runs_the_roles_that_its_stack_gives_reason_for(stack: str, pool: str) -> None:
    design = design_cluster(load_spec(STACKS / f"{stack}.yaml"), load_catalog())
    found = set(design.pool(pool).ansible_roles)
    assert ROLES[stack, pool] <= found
    assert not found & {"nfs_server", "object_store", "roce"}


def test_the_subnet_is_managed_by_the_appliance_or_by_the_head_nodes(tmp_path: Path) -> None:
    text = (STACKS / "dgx-h100-4su.yaml").read_text()

    def built(changed: str) -> Any:
        path = tmp_path / "site.yaml"
        path.write_text(changed)
        return design_cluster(load_spec(path), load_catalog())

    assert built(text).subnet.manager is False
    own = built(text.replace("ufm: true", "ufm: false"))
    assert "routing_engine ftree" in own.subnet.opensm
    assert own.subnet.partitions == "", "tenants without discovered ports would cut every host off"
    assert "subnet_manager" in own.pool("head").ansible_roles
