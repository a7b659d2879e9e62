"""Hosts dealt out to workers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure.shards import named_workers, receptor_worker, shares
from rackwright.diagnostics import InputError


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


def test_workers_are_named_in_one_word() -> None:
    assert [one.name for one in named_workers("local:2")] == ["local-1", "local-2"]
    mesh = named_workers("receptor:/run/a:b.sock:site-a,site-b")
    assert [one.name for one in mesh] == ["site-a", "site-b"]
    assert "/run/a:b.sock" in mesh[0].command


@pytest.mark.parametrize(
    "text", ["", "local", "local:0", "local:two", "receptor:site-a", "receptor:/run/r.sock:", "ssh:a"]
)
def test_what_names_no_workers_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(InputError, match="names no workers") as refused:
        named_workers(text)
    assert "local:NUMBER" in str(refused.value.hint)
