"""Decisions that are made on the node: which cards and drives may be touched."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure.runner import PLAYBOOKS


def load(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.replace("/", "_").removesuffix(".py"), PLAYBOOKS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CARDS = load("filter_plugins/fabric_cards.py")
SCRATCH = load("roles/storage_scratch/files/scratch.py")
ADDRESSES = load("test_plugins/addresses.py")


def told(*, routes: list[str], cards: dict[str, str], above: dict[str, list[str]], more: list[str]) -> list[str]:
    lines = [json.dumps([{"dst": "default", "dev": dev} for dev in routes])]
    lines += [f"card {name} 0000:01:00.0 {driver}" for name, driver in cards.items()]
    lines += [f"above {upper} {lower}" for upper, lowers in above.items() for lower in lowers]
    return [*lines, *more]


ALL = {"ib0", "ib1"}


def stays(**asked: Any) -> set[str]:
    given_ = {"routes": [], "cards": {"ib0": "mlx5_core", "ib1": "mlx5_core"}, "above": {}, "more": [], **asked}
    return set(CARDS.cards_that_must_stay(told(**given_)))


def test_a_card_that_carries_nothing_may_be_touched() -> None:
    assert stays(routes=["eno1"], more=["root /dev/sda1", "nvme nvme0 pcie 0000:02:00.0"]) == set()


def test_the_card_of_the_default_route_stays_also_below_a_bond_and_a_vlan() -> None:
    assert stays(routes=["ib1"]) == {"ib1"}
    assert stays(routes=["bond0.7"], above={"bond0.7": ["bond0"], "bond0": ["ib0", "ib1"]}) == {"ib0", "ib1"}


def test_every_card_stays_where_the_root_disk_comes_over_a_network_or_a_job_runs() -> None:
    assert stays(more=["root /dev/nvme0n1p2", "nvme nvme0 rdma traddr=10.0.0.1"]) == {"ib0", "ib1"}
    assert stays(more=["root server:/export"]) == {"ib0", "ib1"}
    assert stays(more=["root /dev/nvme0n1p2", "nvme nvme0 pcie 0000:02:00.0"]) == set()
    assert stays(more=["root /dev/mapper/vg-root", "under vg-root", "under nvme3n2 nvme", "nvme nvme3 tcp x"]) == ALL
    assert stays(more=["root /dev/mapper/crypt", "under crypt", "under sdb iscsi"]) == ALL
    assert stays(more=["root /dev/mapper/vg-root", "under vg-root", "under nvme0n1 nvme", "nvme nvme0 pcie x"]) == set()
    assert stays(more=["job 4711"]) == ALL


def test_a_default_route_of_either_family_or_with_several_next_hops_keeps_its_cards() -> None:
    six = json.dumps([{"dst": "default", "dev": "ib1"}])
    assert stays(routes=["eno1"], more=[six]) == {"ib1"}
    hops = json.dumps([{"dst": "default", "nexthops": [{"dev": "ib0"}, {"dev": "eno2"}]}])
    assert stays(routes=[], more=[hops]) == {"ib0"}


names = st.sampled_from(["eno1", "ib0", "ib1", "bond0", "vlan7"])


@given(st.sets(names, min_size=1), st.dictionaries(names, st.lists(names, max_size=2), max_size=4))
def test_whatever_carries_the_default_route_stays_and_only_fabric_cards_are_named(
    routes: set[str], above: dict[str, list[str]]
) -> None:
    found = stays(routes=sorted(routes), above=above)
    assert found <= {"ib0", "ib1"}
    assert routes & {"ib0", "ib1"} <= found


@given(st.lists(st.text(max_size=20), max_size=10))
def test_an_answer_that_makes_no_sense_names_no_card(lines: list[str]) -> None:
    assert CARDS.cards_that_must_stay([line for line in lines if not line.startswith("[")]) == {}


def block(name: str = "nvme1n1", **more: Any) -> dict[str, Any]:
    plain = {"name": name, "path": f"/dev/{name}", "type": "disk", "model": "Amazon EC2 NVMe Instance Storage"}
    return {**plain, "fstype": None, "mountpoints": [None], **more}


TAKEN = {
    "a mounted one": {"mountpoints": ["/data"]},
    "one with a partition": {"children": [{"type": "part"}]},
    "one with somebody's file system": {"fstype": "ext4"},
    "a volume of EBS": {"model": "Amazon Elastic Block Store"},
    "no disk": {"type": "rom"},
    "one of somebody's encrypted volume": {"fstype": "crypto_LUKS"},
    "one of somebody's array": {"fstype": "linux_raid_member", "label": "filer:data"},
}


@pytest.mark.parametrize("why", TAKEN)
def test_a_drive_that_carries_something_is_never_taken(why: str) -> None:
    assert SCRATCH.drives([block(), block("nvme2n1", **TAKEN[why])]) == ["/dev/nvme1n1"]


def test_drives_of_an_earlier_volume_are_found_again() -> None:
    found = block(
        fstype="linux_raid_member", label="train-1:scratch", children=[{"type": "raid0", "path": "/dev/md127"}]
    )
    assert SCRATCH.drives([found, block("sda")]) == ["/dev/nvme1n1"]
    assert SCRATCH.arrays([found, block("sda")]) == ["/dev/md127"], "udev assembled it at boot under a name of its own"


settings = st.fixed_dictionaries(
    {
        "key_in": st.sampled_from(["none", "memory", "tpm", "kms"]),
        "file_system": st.sampled_from(["xfs", "ext4"]),
        "mount": st.just("/scratch"),
    }
)


@given(settings, st.integers(1, 8), st.booleans())
def test_a_volume_that_exists_is_opened_and_never_made_again(wanted: Any, count: int, exists: bool) -> None:
    steps = SCRATCH.steps_up([f"/dev/nvme{n}n1" for n in range(count)], wanted, exists=exists)
    words = [step[0] for step in steps]
    made = {"mdadm", f"mkfs.{wanted['file_system']}"} & set(words)
    assert bool(made) is not exists
    assert [step for step in steps if "luksFormat" in step] == [] or (not exists and wanted["key_in"] != "none")
    source = steps[words.index("mount")][-2]
    assert source == ("/dev/md/scratch" if wanted["key_in"] == "none" else "/dev/mapper/scratch")


@given(settings)
def test_no_key_stands_on_a_command_line(wanted: Any) -> None:
    for step in SCRATCH.steps_up(["/dev/nvme1n1"], wanted, exists=False):
        assert not any(word.startswith("--key=") or word == "--key" for word in step)


def test_a_key_of_kms_passes_through_pipes_only(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import base64

    monkeypatch.setattr(SCRATCH, "WRAPPED", tmp_path / "wrapped")
    asked: list[tuple[list[str], bytes]] = []

    def ask(command: list[str], given_: bytes) -> bytes:
        asked.append((command, given_))
        return base64.b64encode(b"wrapped" if "decrypt" not in command else b"the key")

    wanted = {"key_in": "kms", "kms_key": "arn:aws:kms:x", "region": "us-east-1"}
    assert SCRATCH.key_of(wanted, ask) == b"the key"
    assert asked[1][1] == b"wrapped"
    assert SCRATCH.key_of(wanted, ask) == b"the key"
    assert len(asked) == 3, "the wrapped key is made once"
    assert not any(b"the key" in " ".join(command).encode() for command, _ in asked)


@given(st.ip_addresses(v=4))
def test_an_address_is_in_its_own_network(address: Any) -> None:
    assert ADDRESSES.contains_address(f"{address}/32", str(address))
    assert ADDRESSES.contains_address("0.0.0.0/0", str(address))
