"""Deciding what to do about machines: convergence, the cap, and nobody's disk lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.reconcile import MOST_FAILURES, Action, Decision, Do, Existing, decide

ids = st.sampled_from([f"i-{number}" for number in range(8)])
existing_machines = st.builds(
    Existing, generation=st.none() | st.integers(0, 2), running=st.booleans(), failures=st.integers(0, MOST_FAILURES)
)
worlds = st.dictionaries(ids, existing_machines, max_size=8)


@st.composite
def wanted_lists(draw: st.DrawFn) -> list[WantedInstance]:
    chosen = draw(st.lists(ids, unique=True, max_size=8))
    return [
        WantedInstance(
            id_, f"10.0.0.{index + 10}", id_, generation=draw(st.integers(0, 2)), running=draw(st.booleans())
        )
        for index, id_ in enumerate(chosen)
    ]


def after(
    existing: Mapping[str, Existing], wanted: Sequence[WantedInstance], decision: Decision
) -> dict[str, Existing]:
    """The world once every action went well."""
    world, by_id = dict(existing), {one.id: one for one in wanted}
    for action in decision.actions:
        if action.do is Do.PURGE:
            del world[action.id]
        elif action.do is Do.STOP:
            world[action.id] = Existing(world[action.id].generation, running=False)
        else:
            world[action.id] = Existing(by_id[action.id].generation, running=True)
    return world


@given(wanted_lists(), worlds, st.integers(0, 5))
def test_one_round_of_actions_leaves_nothing_to_do(wanted, existing, cap) -> None:
    world = after(existing, wanted, decide(wanted, existing, cap))
    assert decide(wanted, world, cap).actions == ()


@given(wanted_lists(), worlds, st.integers(0, 5))
def test_never_more_machines_run_than_the_cap_allows(wanted, existing, cap) -> None:
    world = after(existing, wanted, decide(wanted, existing, cap))
    assert sum(one.running for one in world.values()) <= cap


@given(wanted_lists(), worlds, st.integers(0, 5))
def test_every_running_instance_has_a_machine_or_is_named_as_not_rehearsed(wanted, existing, cap) -> None:
    decision = decide(wanted, existing, cap)
    world = after(existing, wanted, decision)
    for instance in (one for one in wanted if one.running):
        assert (instance.id in world) != (instance.id in decision.not_rehearsed)


@given(wanted_lists(), worlds, st.integers(0, 5))
def test_a_disk_goes_only_with_its_instance_or_to_the_cap(wanted, existing, cap) -> None:
    decision = decide(wanted, existing, cap)
    still_wanted = {one.id for one in wanted}
    for action in decision.actions:
        if action.do is Do.PURGE:
            assert action.id not in still_wanted or action.id in decision.not_rehearsed


@given(wanted_lists(), worlds, st.integers(0, 5))
def test_room_is_made_before_it_is_taken(wanted, existing, cap) -> None:
    frees = [action.do in (Do.PURGE, Do.STOP) for action in decide(wanted, existing, cap).actions]
    assert frees == sorted(frees, reverse=True)


def one(**fields: Any) -> WantedInstance:
    return WantedInstance("i-1", "10.0.0.10", "node", **fields)


def test_the_oldest_instances_get_the_machines() -> None:
    wanted = [WantedInstance(f"i-{name}", f"10.0.0.{10 + index}", name) for index, name in enumerate("cab")]
    decision = decide(wanted, {}, cap=2)
    assert decision == Decision((Action(Do.BOOT, "i-c"), Action(Do.BOOT, "i-a")), ("i-b",))


def test_a_machine_whose_set_up_never_finished_is_made_anew() -> None:
    assert decide([one()], {"i-1": Existing(None, running=False)}, 3).actions == (Action(Do.BOOT, "i-1"),)


def test_a_machine_that_went_off_is_started_again_until_it_failed_too_often() -> None:
    assert decide([one()], {"i-1": Existing(0, running=False)}, 3).actions == (Action(Do.START, "i-1"),)
    assert decide([one()], {"i-1": Existing(0, running=False, failures=MOST_FAILURES)}, 3).actions == ()


def test_a_reboot_of_the_instance_gives_a_failed_machine_another_chance() -> None:
    failed = {"i-1": Existing(0, running=False, failures=MOST_FAILURES)}
    assert decide([one(generation=1)], failed, 3).actions == (Action(Do.RESTART, "i-1"),)


def test_a_stopped_instance_keeps_its_disk_and_leaves_its_place_to_another() -> None:
    wanted = [one(running=False), WantedInstance("i-2", "10.0.0.11", "other")]
    decision = decide(wanted, {"i-1": Existing(0, running=True)}, cap=1)
    assert decision == Decision((Action(Do.STOP, "i-1"), Action(Do.BOOT, "i-2")))


def test_a_machine_that_cannot_be_set_up_is_given_up_after_a_few_attempts() -> None:
    assert decide([one()], {"i-1": Existing(None, running=False, failures=1)}, 3).actions == (Action(Do.BOOT, "i-1"),)
    assert decide([one()], {"i-1": Existing(None, running=False, failures=MOST_FAILURES)}, 3).actions == ()
