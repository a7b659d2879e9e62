import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure.host import mounts
from rackwright.design.model import Storage
from tests.unit.configure.sample import design

paths = st.lists(
    st.text("abz09._-+ ä", min_size=1, max_size=6).filter(lambda part: part not in {".", ".."}), max_size=4
)


@given(paths)
def test_a_mount_point_has_the_unit_that_systemd_gives_it(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    answer = subprocess.run(["systemd-escape", "--path", path], capture_output=True, text=True, check=True)
    assert mounts.unit_name(path) == f"{answer.stdout.strip()}.mount"


def test_every_mount_is_a_unit_that_systemd_takes(tmp_path: Path) -> None:
    found = [*mounts.nfs_mounts(design()), *mounts.lustre_mounts(design(), {"scratch": "abcd"})]
    assert {mount.where for mount in found} == {"/fsx", "/shared/home", "/site", "/own"}
    for mount in found:
        (tmp_path / mount.name).write_text(mount.text())
        done = subprocess.run(
            ["systemd-analyze", "verify", tmp_path / mount.name], capture_output=True, text=True, check=False
        )
        complaints = [line for line in done.stderr.splitlines() if mount.name in line and "not found" not in line]
        assert complaints == [], mount.text()


def by_name(name: str) -> mounts.Mount:
    return next(mount for mount in mounts.nfs_mounts(design()) if mount.storage == name)


def test_efs_goes_through_a_tunnel_unless_clients_prove_who_they_are() -> None:
    (tunnel,) = mounts.efs_tunnels(design())
    assert by_name("home").what == "127.0.0.1:/"
    assert f"port={tunnel.port}" in by_name("home").options
    assert by_name("home").after == ("stunnel@rackwright-home.service",)
    assert "verifyChain = yes" in tunnel.text()
    proving = Storage(name="home", kind="efs", mount="/home", tls=True, iam=True)
    (mount,) = mounts.nfs_mounts(design().model_copy(update={"storage": (proving,)}))
    assert (mount.type, mount.options) == ("efs", ("_netdev", "noresvport", "tls", "iam"))


def test_nfs_over_tls_waits_for_the_daemon_that_makes_the_handshake() -> None:
    assert "xprtsec=tls" in by_name("site").options
    assert by_name("site").after == ("tlshd.service",)
    assert "xprtsec=tls" not in by_name("own").options


def test_a_server_does_not_mount_its_own_export() -> None:
    assert "own" not in {mount.storage for mount in mounts.nfs_mounts(design(), "10.40.2.10")}
    assert "own" in {mount.storage for mount in mounts.nfs_mounts(design(), "10.40.2.11")}


@pytest.mark.parametrize(("tls", "wanted"), [(True, ",xprtsec=tls"), (False, "")])
def test_an_export_is_for_the_cluster_only_and_roots_of_clients_are_nobody(tls: bool, wanted: str) -> None:
    item = Storage(name="own", kind="nfs-server", export="/srv/nfs", tls=tls)
    (line,) = mounts.export_lines([item], ["10.40.0.0/16"])
    assert line == f"/srv/nfs 10.40.0.0/16(rw,sync,no_subtree_check,root_squash,sec=sys{wanted})"
