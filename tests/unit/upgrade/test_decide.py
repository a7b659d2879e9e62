"""The order of an upgrade: never too many away, a canary first, a stop in time, and on where it stopped."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.inventory import Host, Inventory
from rackwright.upgrade import Decision, Fleet, Journal, Squad, Stage, fleet_of, next_batch
from rackwright.upgrade.fleet import allowed_away
from rackwright.upgrade.journal import UNDER_WAY


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    squads = []
    for pool in draw(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, unique=True)):
        count = draw(st.integers(1, 12))
        hosts = tuple(f"{pool}-{number:02}" for number in range(count))
        squads.append(Squad(pool, hosts, draw(st.integers(1, count))))
    return Fleet(tuple(squads))


def away(squad: Squad, journal: Journal, batch: tuple[str, ...]) -> int:
    out = {*batch, *journal.in_stage(Stage.FAILED, *UNDER_WAY)}
    return len(out & {*squad.hosts})


def run(fleet: Fleet, journal: Journal, broken: set[str]) -> tuple[Journal, Decision, list[tuple[str, ...]]]:
    """Carry decisions out: hosts in `broken` fail, all others succeed."""
    batches = []
    while (decision := next_batch(fleet, journal)).hosts:
        batches.append(decision.hosts)
        assert all(away(squad, journal, decision.hosts) <= squad.allowed for squad in fleet.squads)
        for host in decision.hosts:
            journal = journal.with_host(host, stage=Stage.FAILED if host in broken else Stage.DONE)
    return journal, decision, batches


@given(fleets(), st.data())
def test_never_more_hosts_are_away_than_may_be_and_each_is_touched_once(fleet: Fleet, data: st.DataObject) -> None:
    broken = data.draw(st.sets(st.sampled_from(fleet.hosts)))
    journal, end, batches = run(fleet, Journal.begin("t", fleet.hosts), broken)
    touched = [host for batch in batches for host in batch]
    assert len(touched) == len(set(touched))
    assert batches[0] == (fleet.canary,)
    assert bool(end.stop) or not journal.in_stage(Stage.WAITING)
    if not broken:
        assert journal.finished
    if fleet.canary in broken:
        assert "canary" in end.stop
        assert len(touched) == 1


@given(fleets(), st.data())
def test_a_second_run_after_mending_finishes_what_the_first_left(fleet: Fleet, data: st.DataObject) -> None:
    broken = data.draw(st.sets(st.sampled_from(fleet.hosts)))
    first, _, _ = run(fleet, Journal.begin("t", fleet.hosts), broken)
    done = first.in_stage(Stage.DONE)
    second, _, batches = run(fleet, first.resumed("t", fleet.hosts), set())
    assert second.finished
    assert not {host for batch in batches for host in batch} & {*done}, "what is done is not done again"


@given(fleets(), st.data())
def test_a_cut_at_any_point_is_gone_on_with_and_nobody_new_is_taken_down_meanwhile(
    fleet: Fleet, data: st.DataObject
) -> None:
    journal = Journal.begin("t", fleet.hosts)
    for _ in range(data.draw(st.integers(0, 5))):
        decision = next_batch(fleet, journal)
        for host in decision.hosts:
            journal = journal.with_host(host, stage=Stage.DONE)
    cut = next_batch(fleet, journal).hosts
    for host in cut:
        journal = journal.with_host(host, stage=data.draw(st.sampled_from(sorted(UNDER_WAY))))
    again = next_batch(fleet, Journal.model_validate_json(journal.model_dump_json()).resumed("t", fleet.hosts))
    assert again.hosts == cut


def test_another_target_begins_anew_and_hosts_come_and_go() -> None:
    done = Journal.begin("t", ["a", "b"]).with_host("a", stage=Stage.DONE)
    assert done.resumed("t", ["a", "c"]).in_stage(Stage.WAITING) == ("c",)
    assert done.resumed("u", ["a", "c"]).in_stage(Stage.WAITING) == ("a", "c")


@pytest.mark.parametrize(
    ("hosts", "asked", "percent", "allowed"),
    [
        (64, 10.0, True, 6),
        (3, 10.0, True, 1),
        (3, 100.0, True, 3),
        (64, 5, False, 5),
        (2, 5, False, 2),
        (4, 0, False, 1),
    ],
)
def test_how_many_may_be_away(hosts: int, asked: float, percent: bool, allowed: int) -> None:
    assert allowed_away(hosts, asked, percent=percent) == allowed


def test_workers_go_before_heads_and_heads_one_by_one() -> None:
    hosts = [("head-1", "head"), ("head-2", "head"), *((f"train-{n}", "train") for n in range(1, 5))]
    inventory = Inventory(
        cluster="c",
        hosts=tuple(
            Host(name=name, address=ip_address("10.0.0.1"), pool=pool, roles=frozenset({"base"}))
            for name, pool in hosts
        ),
    )
    fleet = fleet_of(inventory, {"head": "control", "train": "gpu"}, 50.0, percent=True)
    _, _, batches = run(fleet, Journal.begin("t", fleet.hosts), set())
    assert batches == [("train-1",), ("train-2", "train-3"), ("train-4",), ("head-1",), ("head-2",)]


def test_failed_hosts_take_the_places_until_none_is_left() -> None:
    fleet = Fleet((Squad("p", tuple(f"p-{n}" for n in range(9)), 2),))
    journal, end, batches = run(fleet, Journal.begin("t", fleet.hosts), {"p-2", "p-4"})
    assert batches == [("p-0",), ("p-1", "p-2"), ("p-3",), ("p-4",)]
    assert end.stop == "2 of 9 hosts of pool p failed, 2 may be away; 4 were not touched"
    assert journal.in_stage(Stage.WAITING) == ("p-5", "p-6", "p-7", "p-8")
