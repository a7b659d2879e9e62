"""The host collector: it runs with nothing but Python, has the contract's shape, and one bad section hides no other."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from policies.subjects.check import mistakes
from policies.subjects.document import read_documents
from rackwright.hostfacts import accounts, collect, containers, network, reading, scheduling, security, system
from rackwright.pipeline.judging.host_documents import program

SLOW = ("credentials", "worldWritable", "packages", "updates", "sysctl")
"""Sections that look at the whole machine."""


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch):
    """A machine whose files are those that a test gives."""

    def give(contents: dict[str, str]) -> None:
        def read(path: str, pattern: str = "") -> str:
            return contents.get(path, "")

        for module in (accounts, containers, network, scheduling, security, system):
            for name in ("text", "texts"):
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, read)

    return give


def test_the_program_needs_nothing_but_python_and_is_the_same_every_time(tmp_path: Path) -> None:
    assert program() == program()
    packed = tmp_path / "hostfacts.pyz"
    packed.write_bytes(program())
    script = (
        f"import sys; sys.path.insert(0, {str(packed)!r})\n"
        "import rackwright.hostfacts.collect as found; print(len(found.EVERYWHERE))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert int(done.stdout) == len(collect.EVERYWHERE)


def test_what_it_prints_has_the_shape_that_rules_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SLOW:
        monkeypatch.setitem(
            collect.EVERYWHERE, name, lambda: (_ for _ in ()).throw(reading.Unreadable("left out here"))
        )
    found = collect.collect("gpu-1", "gpu", ["/etc/passwd", "/no/such/file"])
    (document,) = read_documents([json.dumps(found)])
    assert mistakes(document) == []
    assert list(document["props"]["files"]) == ["/etc/passwd"]
    assert document["unread"]["/sysctl"] == "left out here"


def test_a_section_that_breaks_is_named_without_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise KeyError("hunter2")

    monkeypatch.setattr(collect, "EVERYWHERE", {"system": system.system, "users": broken})
    monkeypatch.setattr(collect, "PARTS", {})
    found = collect.collect("gpu-1", "gpu", [])
    assert found["unread"] == {"/users": "the collector broke: KeyError"}
    assert "system" in found["props"]


def test_of_a_password_it_tells_only_whether_there_is_one(files) -> None:
    files(
        {
            "/etc/passwd": "a:x:1000:1000::/none:/bin/sh\nb:x:1001:1001::/none:/bin/sh\nc:x:1002:1002::/none:/bin/sh\n",
            "/etc/shadow": "a:$6$HASH:1:0:90:7:30::\nb::1:0:99999:7:::\nc:!:1:0::7:::\n",
        }
    )
    found = {one["name"]: one for one in accounts.users()}
    assert {name: one["password"] for name, one in found.items()} == {"a": "set", "b": "empty", "c": "locked"}
    assert (found["a"]["maxDays"], found["a"]["inactiveDays"], found["b"]["maxDays"]) == (90, 30, None)
    assert "HASH" not in json.dumps(list(found.values()))


def test_slurms_settings_come_without_nodes_and_without_passwords(files, monkeypatch: pytest.MonkeyPatch) -> None:
    files(
        {
            "/etc/slurm/slurm.conf": "ClusterName=x\nTaskPlugin=task/cgroup # why\n"
            "NodeName=a CPUs=1\nPartitionName=p Nodes=a\n",
            "/etc/slurm/slurmdbd.conf": "StorageHost=db\nStoragePass=hunter2\n",
        }
    )
    monkeypatch.setattr(scheduling, "has", lambda name: name == "slurmctld")
    monkeypatch.setattr(scheduling, "printed", lambda *_: "slurm 24.11.5")
    found = scheduling.slurm()
    assert found["settings"] == {"clustername": "x", "taskplugin": "task/cgroup"}
    assert (found["version"], found["database"]) == ("24.11.5", {"storagehost": "db"})


def test_a_subnet_manager_tells_of_its_keys_only_that_there_are_some(files) -> None:
    files(
        {
            "/etc/opensm/opensm.conf": "m_key 0x1234567890abcdef\nm_key_protection_level 2\n"
            "sm_key 0x42\npart_enforce both\n",
            "/etc/opensm/partitions.conf": "Default=0x7fff, ipoib : ALL=limited, SELF=full;\n"
            "tenant_a=0x8001 : 0x1=full;\n",
            "/etc/hostname": "sm-1\n",
        }
    )
    found = scheduling.subnet_manager()
    assert (found["managementKey"], found["keyProtection"], found["managerKey"], found["tenants"]) == (True, 2, True, 1)
    assert found["defaultMembership"] == "limited"
    assert "1234567890abcdef" not in json.dumps(found)


def test_swap_and_mounts_are_told_with_what_encrypts_them(monkeypatch: pytest.MonkeyPatch, files) -> None:
    inner = {"name": "data", "type": "crypt", "mountpoint": "/data", "fstype": "xfs", "path": "/dev/mapper/data"}
    outer = {"name": "nvme1n1", "type": "disk", "mountpoint": None, "fstype": "crypto_LUKS", "path": "/dev/nvme1n1"}
    plain = {"name": "vda", "type": "disk", "mountpoint": None, "fstype": "swap", "path": "/dev/vda"}
    tree = {"blockdevices": [{**outer, "children": [inner]}, plain]}
    files({})
    monkeypatch.setattr(network, "has", lambda _: True)
    said = {"lsblk": json.dumps(tree), "cryptsetup": "cipher:  aes-xts-plain64\nkeysize: 512 bits\n"}
    monkeypatch.setattr(network, "printed", lambda program, *_, **__: said[program])
    found = {one["name"]: one for one in network.disks()}
    assert found["data"] == {
        "name": "data",
        "mount": "/data",
        "swap": False,
        "encrypted": True,
        "cipher": "aes-xts-plain64",
        "keyBits": 512,
    }
    assert (found["vda"]["swap"], found["vda"]["encrypted"]) == (True, False)
    assert set(found) == {"data", "vda"}


def test_credentials_are_found_by_place_and_never_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "env").write_text("NGC_API_KEY=nvapi-" + "a" * 40)
    (tmp_path / "harmless").write_text("nvapi is a word")
    open_file = tmp_path / "open"
    open_file.write_text("x")
    open_file.chmod(0o666)
    monkeypatch.setattr(security, "SEARCHED", (str(tmp_path),))
    monkeypatch.setattr(security, "OPEN_ROOTS", (str(tmp_path),))
    assert security.credentials() == [str(tmp_path / "deep" / "env")]
    assert security.world_writable() == [str(open_file)]
    monkeypatch.setattr(security, "MOST_FILES", 2)
    with pytest.raises(reading.Unreadable, match="more than 2 files"):
        security.credentials()
