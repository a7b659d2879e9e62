"""The files that make a machine the instance it stands for."""

from __future__ import annotations

import re
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.cloud.guest_files import (
    GPU_TAG,
    Guest,
    gpu_count,
    gpu_major,
    gpu_nodes,
    guest_files,
    host_name,
    hosts_file,
)
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.mirror import Mirror
from rackwright.diagnostics import InputError

GUEST = Guest(
    gateway=IPv4Interface("10.40.0.1/16"),
    apt_proxy="http://10.40.0.1:3142",
    mirror=Mirror("http://m/debian", "http://m/debian-security"),
    release="trixie",
    ssh_public_key="ssh-ed25519 STACK",
)


def files_of(**fields: Any) -> dict[str, str]:
    wanted = WantedInstance("i-1", "10.40.3.7", "train-1", **fields)
    return {name: file.text for name, file in guest_files(wanted, GUEST, "PRIVATE", "PUBLIC").items()}


def test_a_machine_has_its_instances_address_with_the_prefix_of_the_block_and_no_gateway() -> None:
    unit = files_of()["etc/systemd/network/10-host0.network"]
    assert "Address=10.40.3.7/16\n" in unit
    assert "Gateway" not in unit


def test_the_stacks_key_and_the_instances_keys_are_admitted_once_each() -> None:
    found = files_of(ssh_public_keys=("ssh-ed25519 OTHER", "ssh-ed25519 STACK"))
    assert found["home/admin/.ssh/authorized_keys"] == "ssh-ed25519 STACK\nssh-ed25519 OTHER\n"
    assert found["root/.ssh/authorized_keys"] == found["home/admin/.ssh/authorized_keys"]


def test_secrets_of_a_machine_are_readable_by_their_owner_only() -> None:
    wanted = WantedInstance("i-1", "10.40.3.7", "train-1", user_data="#!/bin/sh\n")
    found = guest_files(wanted, GUEST, "PRIVATE", "PUBLIC")
    secret = ("etc/ssh/ssh_host_ed25519_key", "var/lib/cloud/instance/user-data.txt", "root/.ssh/authorized_keys")
    assert {found[name].mode for name in secret} == {0o600}


def test_without_user_data_there_is_nothing_to_run_at_first_boot() -> None:
    assert "var/lib/cloud/instance/user-data.txt" not in files_of()


def test_gpus_are_device_nodes_that_are_named_as_stand_ins() -> None:
    lines = files_of(tags={GPU_TAG: "2"})["etc/tmpfiles.d/rackwright-stand-in-gpus.conf"].splitlines()
    assert lines[0] == "# Stand-ins: device nodes with no GPU behind them."
    assert lines[1:] == [
        "c /dev/nvidia0 0666 root root - 195:0",
        "c /dev/nvidia1 0666 root root - 195:1",
        "c /dev/nvidiactl 0666 root root - 195:255",
    ]
    assert not any("gpus" in name for name in files_of())


def test_a_hosts_own_gpus_never_show_through_the_stand_ins() -> None:
    major = gpu_major("Character devices:\n  1 mem\n195 nvidia\n")
    assert gpu_nodes(1, major).splitlines()[1:] == [
        "c /dev/nvidia0 0666 root root - 1:3",
        "c /dev/nvidiactl 0666 root root - 1:3",
    ]


@pytest.mark.parametrize("text", ["eight", "-1", "17", "1.5", ""])
def test_a_tag_that_is_no_sensible_number_of_gpus_is_refused_with_its_value(text: str) -> None:
    with pytest.raises(InputError, match="expected a number from 0 to 16"):
        gpu_count(WantedInstance("i-1", "10.40.3.7", "n", tags={GPU_TAG: text}))


@given(st.dictionaries(st.ip_addresses(v=4).map(str), st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)))
def test_the_hosts_file_has_every_name_once_and_does_not_depend_on_the_order(names: dict[str, str]) -> None:
    text = hosts_file(names)
    assert sorted(text.splitlines()[2:]) == sorted(f"{address} {name}" for address, name in names.items())
    assert {line.split()[1] for line in text.splitlines()[1:]} >= set(names.values())


def test_apt_goes_through_the_cache_but_not_for_what_the_bridge_serves() -> None:
    found = files_of()["etc/apt/apt.conf.d/00rackwright-local-cloud"]
    assert 'Acquire::http::Proxy "http://10.40.0.1:3142";' in found
    assert 'Acquire::http::Proxy::10.40.0.1 "DIRECT";' in found


def test_folders_in_the_upper_layer_keep_the_attributes_of_those_below(tmp_path: Path) -> None:
    from rackwright.cloud.guest_files import _make_parents

    base, upper = tmp_path / "base", tmp_path / "up"
    (base / "root").mkdir(parents=True)
    (base / "root").chmod(0o700)
    upper.mkdir()
    status = tmp_path.stat()
    _make_parents(upper, base, Path("root/.ssh"), status.st_uid, status.st_gid)
    assert (upper / "root").stat().st_mode & 0o777 == 0o700
    assert (upper / "root/.ssh").stat().st_mode & 0o777 == 0o700


@given(st.text(max_size=200))
def test_any_name_tag_becomes_a_host_name(name: str) -> None:
    found = host_name(WantedInstance("i-0abc", "10.0.0.1", name))
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", found)


def test_a_name_that_is_a_host_name_already_stays_as_it_is() -> None:
    assert host_name(WantedInstance("i-1", "10.0.0.1", "train-4")) == "train-4"
    assert host_name(WantedInstance("i-1", "10.0.0.1", "GPU node (a)")) == "gpu-node-a"
