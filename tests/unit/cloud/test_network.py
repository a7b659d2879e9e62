"""Addresses of the bridge, and what it must not meet."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.network import Route, collision
from rackwright.cloud.reconcile import split_by_address
from rackwright.cloud.settings import CloudSettings
from rackwright.diagnostics import InputError

SETTINGS = CloudSettings(root=Path("/srv/a/.rw/cloud"), cache=Path("/srv/cache"), network_cidr="10.40.0.0/16")


def test_the_bridge_takes_the_first_address_of_the_block() -> None:
    assert str(SETTINGS.gateway) == "10.40.0.1/16"
    assert SETTINGS.registry == "http://10.40.0.1:5000"


@pytest.mark.parametrize("cidr", ["10.40.0.0/33", "10.40.0.1/16", "ten", "10.40.0.0/29"])
def test_a_block_that_no_vpc_may_have_is_refused(cidr: str) -> None:
    with pytest.raises(InputError):
        _ = replace(SETTINGS, network_cidr=cidr).gateway


@given(st.text(alphabet="abcdefgh/", min_size=1), st.text(min_size=1))
def test_every_name_that_the_kernel_sees_is_short_enough(folder: str, instance: str) -> None:
    settings = replace(SETTINGS, root=Path("/", folder))
    assert len(settings.bridge) <= 15
    assert len(f"vb-{settings.machine_key(instance)}") <= 15


def test_two_checkouts_share_no_name_that_the_kernel_sees() -> None:
    other = replace(SETTINGS, root=Path("/srv/b/.rw/cloud"))
    assert other.bridge != SETTINGS.bridge
    assert other.cgroup != SETTINGS.cgroup
    assert other.machine_key("i-1") != SETTINGS.machine_key("i-1")


def test_settings_survive_being_written_down(tmp_path: Path) -> None:
    settings = replace(SETTINGS, root=tmp_path / "cloud", machine_cap=5)
    assert CloudSettings.load(settings.save()) == settings


def test_an_overlap_is_named_with_both_blocks_and_the_interface() -> None:
    routes = (Route(IPv4Network("0.0.0.0/0"), "eth0"), Route(IPv4Network("10.40.8.0/24"), "docker0"))
    assert collision(IPv4Network("10.40.0.0/16"), "rw-1", routes) == (
        "10.40.0.0/16 overlaps 10.40.8.0/24, which this machine reaches through docker0"
    )


def test_neither_the_default_route_nor_our_own_bridge_is_in_the_way() -> None:
    routes = (Route(IPv4Network("0.0.0.0/0"), "eth0"), Route(IPv4Network("10.40.0.0/16"), "rw-1"))
    assert collision(IPv4Network("10.40.0.0/16"), "rw-1", routes) is None


def test_an_instance_outside_the_block_gets_no_machine_and_is_named() -> None:
    inside, outside = WantedInstance("i-1", "10.40.0.20", "a"), WantedInstance("i-2", "172.31.0.4", "b")
    kept, said = split_by_address(SETTINGS.network, [inside, outside])
    assert kept == (inside,)
    assert said == ("i-2 has the address 172.31.0.4, outside the stack's 10.40.0.0/16",)
