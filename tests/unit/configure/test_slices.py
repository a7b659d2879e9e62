"""A node puts its own inventory together from slices: exactly what the site says of it, and little of the others."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure import site_inventory
from rackwright.configure.slices import slices_of
from rackwright.inventory import Host, Inventory
from rackwright.node.converge import HERE, Tally, compose, failure, who_am_i
from tests.unit.configure.sample import design, inventory, lock

POOL_ROLES = {"head": "control", "train": "gpu"}


def slices(nodes: int) -> tuple[dict[str, Any], dict[str, Any]]:
    site = site_inventory(inventory(nodes), design(nodes=nodes), lock(), None)
    return site["all"], slices_of(site, inventory(nodes), POOL_ROLES, {"munge_key": "sample/node/munge_key"})


@given(st.integers(1, 40), st.data())
def test_a_known_node_gets_exactly_the_variables_of_the_site(nodes: int, data: st.DataObject) -> None:
    site, cut = slices(nodes)
    name = data.draw(st.sampled_from(sorted(site["hosts"])))
    address = site["hosts"][name]["ansible_host"]
    assert who_am_i(cut, address, "train", "10.40.1.0/24") == name
    mine = compose(cut, name, address, "train")["all"]
    assert mine["hosts"][name] == {**site["hosts"][name], **HERE}
    assert mine["vars"] == site["vars"]
    groups = {group for group, found in mine["children"].items() if name in found["hosts"]}
    assert groups == {group for group, found in site["children"].items() if name in found["hosts"]}
    assert all(mine["children"][group]["vars"] == site["children"][group]["vars"] for group in groups)


def test_a_gpu_node_sees_the_head_and_no_other_gpu_node() -> None:
    site, cut = slices(30)
    assert set(compose(cut, "train-7", site["hosts"]["train-7"]["ansible_host"], "train")["all"]["hosts"]) == {
        "head-1",
        "train-7",
    }


def test_a_node_that_came_later_is_like_its_pool_with_its_own_address() -> None:
    site, cut = slices(2)
    assert who_am_i(cut, "10.40.1.99", "train", "10.40.1.0/24") == "train-99"
    late = compose(cut, "train-99", "10.40.1.99", "train")["all"]["hosts"]["train-99"]
    model = {**site["hosts"]["train-1"], **HERE}
    own = {key for key, value in model.items() if value == model["ansible_host"]}
    assert {key: value for key, value in late.items() if key not in own} == {
        key: value for key, value in model.items() if key not in own
    }
    assert {late[key] for key in own} == {"10.40.1.99"}


def test_the_slices_grow_by_a_line_for_each_host() -> None:
    def size(nodes: int) -> int:
        return len(json.dumps(slices(nodes)[1]["hosts"]))

    assert (size(40) - size(20)) / 20 < 400


def test_hosts_of_one_pool_that_differ_keep_their_difference() -> None:
    hosts = tuple(
        Host(name=f"n-{n}", address=ip_address(f"10.0.0.{n}"), pool="p", roles=frozenset({"base"})) for n in (4, 5)
    )
    site = {
        "all": {
            "hosts": {
                "n-4": {"ansible_host": "10.0.0.4", "same": 1, "differs": "a", "only_here": True},
                "n-5": {"ansible_host": "10.0.0.5", "same": 1, "differs": "b"},
            },
            "vars": {},
            "children": {"base": {"hosts": {"n-4": {}, "n-5": {}}, "vars": {"x": 2}}},
        }
    }
    cut = slices_of(site, Inventory(cluster="c", hosts=hosts), {"p": "gpu"}, {})
    for name, wanted in site["all"]["hosts"].items():
        assert compose(cut, name, str(wanted["ansible_host"]), "p")["all"]["hosts"][name] == {**wanted, **HERE}


def lines(*events: dict[str, Any]) -> Tally:
    moments = iter(range(100))
    tally = Tally(["s3cr3t"], clock=lambda: float(next(moments)))
    for event in events:
        tally.take(json.dumps(event))
    return tally


def test_a_run_is_counted_and_its_first_failure_kept_without_secrets() -> None:
    tally = lines(
        {"event": "play", "name": "Base: packages"},
        {"event": "ok", "task": "a", "changed": True},
        {"event": "ok", "task": "b", "changed": False},
        {"event": "play", "name": "Driver: module"},
        {"event": "failed", "task": "Load", "result": {"msg": "the key is s3cr3t", "stderr": ""}},
        {"event": "failed", "task": "Later", "result": {"msg": "another"}},
        {"event": "stats", "hosts": {}},
    )
    told = tally.as_report()
    assert (told["ok"], told["changed"], told["failed"]) == (2, 1, 2)
    assert told["error"] == "Load: the key is ********"
    assert told["phases"] == [{"name": "Base", "seconds": 1.0}, {"name": "Driver", "seconds": 1.0}]
    assert told["phase_tasks"] == {"Base": 2}


def test_words_of_ansible_that_are_no_event_are_its_error() -> None:
    tally = Tally([])
    tally.take("[ERROR]: the role 'base' was not found\n")
    assert "the role 'base' was not found" in tally.error


def test_a_failure_in_a_loop_names_the_item_that_failed() -> None:
    result = {
        "msg": "One or more items failed",
        "results": [{"failed": False}, {"failed": True, "msg": "no space left"}],
    }
    assert failure(result) == "One or more items failed | no space left"
