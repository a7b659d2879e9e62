"""Hosts dealt out to workers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure.shards import receptor_worker, shares


@given(st.sets(st.text("abc", min_size=1)), st.integers(1, 9))
def test_every_host_is_dealt_once_and_shares_are_even(hosts: set[str], workers: int) -> None:
    dealt = shares(sorted(hosts), workers)
    assert sorted(host for share in dealt for host in share) == sorted(hosts)
    assert len(dealt) == min(workers, len(hosts))
    if dealt:
        assert max(map(len, dealt)) - min(map(len, dealt)) <= 1


def test_a_node_of_a_mesh_is_named_in_the_command() -> None:
    command = receptor_worker("site-b", "/run/receptor.sock").command
    assert command[:3] == ("receptorctl", "--socket", "/run/receptor.sock")
    assert command[command.index("--node") + 1] == "site-b"
