"""Paths, comparisons, orders and names: the parts of the engine that only compute."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.diagnostics import InputError
from rackwright.engine.deletion import in_deletion_order
from rackwright.engine.paths import covers, keep_old, look_up, parse
from rackwright.engine.properties import (
    SECRET,
    UNKNOWN,
    UNKNOWN_WIRE,
    changes,
    contains_unknown,
    from_struct,
    keep_secret,
    masked,
    reveal,
    same_value,
    secret,
    to_struct,
)
from rackwright.engine.registration import seconds
from rackwright.engine.state import ResourceState
from rackwright.engine.step import Diff, DiffKind, Op, decide, sorted_by_need
from rackwright.engine.urn import Alias, StackRef, former_urns, is_default_provider, split, urn_for

keys = st.text(st.characters(codec="utf-8", exclude_characters='.[]"'), min_size=1, max_size=4)
leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=4)
values: st.SearchStrategy[Any] = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)
bags = st.dictionaries(keys, values, max_size=4)


@given(bags)
def test_values_cross_the_wire_unchanged(bag: dict) -> None:
    assert from_struct(to_struct(bag)) == bag


@given(bags)
def test_a_bag_equals_itself_and_has_no_changes(bag: dict) -> None:
    assert same_value(bag, bag)
    assert list(changes(bag, bag)) == []
    assert same_value(secret(bag), bag), "a mark alone is no change of the value"


@given(bags, bags)
def test_changes_are_found_exactly_when_bags_differ(old: dict, new: dict) -> None:
    found = list(changes(old, new))
    assert bool(found) == (not same_value(old, new))
    for change in found:
        if change.kind != "add":
            assert change.old == masked(look_up(old, parse(change.path)))
        if change.kind != "delete":
            assert change.new == masked(look_up(new, parse(change.path)))


def test_true_is_not_one_and_an_unknown_equals_nothing() -> None:
    assert not same_value({"a": True}, {"a": 1})
    assert not same_value({"a": UNKNOWN_WIRE}, {"a": UNKNOWN_WIRE})


@given(bags)
def test_nothing_secret_is_shown(bag: dict) -> None:
    hidden = {"password": secret({"deep": ["hunter2"]}), **{f"x{key}": value for key, value in bag.items()}}
    assert "hunter2" not in repr(masked(hidden))
    assert masked(hidden)["password"] is SECRET
    assert reveal(hidden)["password"] == {"deep": ["hunter2"]}
    (change,) = changes({"p": secret("hunter2")}, {"p": "hunter3"})
    assert (change.old, change.new) == (SECRET, SECRET)


def test_unknowns_are_marked_at_any_depth() -> None:
    bag = {"a": [{"b": UNKNOWN_WIRE}]}
    assert contains_unknown(bag)
    assert masked(bag)["a"][0]["b"] is UNKNOWN


def test_an_output_named_like_a_secret_input_is_secret() -> None:
    outputs = keep_secret({"a": 1, "b": 2, "c": 3}, {"a": secret(1), "b": 2}, ["c"])
    assert outputs == {"a": secret(1), "b": 2, "c": secret(3)}


@given(bags, bags, st.data())
def test_ignored_paths_are_as_before_and_others_as_declared(old: dict, new: dict, data: st.DataObject) -> None:
    ignored = data.draw(st.sets(st.sampled_from(sorted(old.keys() | new.keys()) or ["none"])))
    kept = keep_old(new, old, sorted(ignored))
    for key in old.keys() | new.keys():
        source = old if key in ignored else new
        assert (key in kept) == (key in source)
        assert kept.get(key) == source.get(key)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('tags["a.b"].c', ("tags", "a.b", "c")),
        ("list[*].x", ("list", "*", "x")),
        ("tags.*", ("tags", "*")),
    ],
)
def test_paths_are_read_as_pulumi_writes_them(text: str, path: tuple) -> None:
    assert parse(text) == path


def test_a_text_that_is_no_path_is_refused() -> None:
    with pytest.raises(ValueError, match="not a property path"):
        parse("a[b")


def test_a_star_covers_any_one_part() -> None:
    assert covers(parse("a[*].c"), parse("a[3].c.d"))
    assert not covers(parse("a[*].c"), parse("a[3].d"))
    nested = keep_old({"a": [{"x": 1, "y": 1}, {"x": 2}]}, {"a": [{"x": 9}, {"x": 9}]}, ["a[*].x"])
    assert nested == {"a": [{"x": 9, "y": 1}, {"x": 9}]}


@given(st.dictionaries(st.text(max_size=3), st.sets(st.text(max_size=3)), max_size=8))
def test_an_order_holds_every_key_once_and_respects_needs_without_cycles(raw: dict[str, set[str]]) -> None:
    names = sorted(raw)
    acyclic = {name: {other for other in raw[name] if other in raw and other < name} for name in names}
    order = sorted_by_need(acyclic)
    assert sorted(order) == names
    assert all(order.index(other) < order.index(name) for name in names for other in acyclic[name])
    assert sorted(sorted_by_need({name: raw[name] & raw.keys() for name in names})) == names


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_deletions_take_what_refers_before_what_is_referred_to(pairs: list[tuple[int, int]]) -> None:
    urns = [f"urn:pulumi:s::p::t:i:T::{index}" for index in range(6)]
    needs = {index: {low for high, low in pairs if high == index and low < high} for index in range(6)}
    things = [
        ResourceState(urns[index], "t:i:T", dependencies=tuple(urns[low] for low in sorted(needs[index])))
        for index in range(6)
    ]
    order = [thing.urn for thing in in_deletion_order(things)]
    assert sorted(order) == sorted(urns)
    for index, lows in needs.items():
        assert all(order.index(urns[index]) < order.index(urns[low]) for low in lows)


@given(bags, bags, st.booleans(), st.booleans())
def test_a_decision_is_same_only_if_nothing_differs_and_replaces_only_if_asked(
    old: dict, new: dict, provider_changed: bool, half_done: bool
) -> None:
    state = ResourceState("urn:pulumi:s::p::t:i:T::n", "t:i:T", inputs=old, init_errors=("x",) if half_done else ())
    verdict = decide(state, new, Diff(), provider_changed=provider_changed)
    if provider_changed:
        assert verdict.op is Op.REPLACE
    else:
        assert verdict.op is (Op.SAME if same_value(old, new) and not half_done else Op.UPDATE)


def test_the_providers_word_counts_more_than_our_comparison() -> None:
    state = ResourceState("urn:pulumi:s::p::t:i:T::n", "t:i:T", inputs={"a": "1", "b": 1}, outputs={"c": 5})
    assert decide(state, {"a": "01", "b": 1}, Diff(DiffKind.NONE)).op is Op.SAME
    detailed = Diff(DiffKind.SOME, replaces=("a",), detailed={"a": ("update", True, True)})
    verdict = decide(state, {"a": "2", "b": 1}, detailed, delete_first=True)
    assert (verdict.op, verdict.delete_first) == (Op.REPLACE, True)
    assert [(c.path, c.old, c.new, c.replaces) for c in verdict.diff] == [("a", "1", "2", True)]
    drifted = decide(state, {"a": "1", "b": 1}, Diff(DiffKind.SOME, diffs=("c",)))
    assert drifted.op is Op.UPDATE
    assert [(c.path, c.old) for c in drifted.diff] == [("c", 5)]


STACK = StackRef("proj", "dev")
ROOT = "urn:pulumi:dev::proj::pulumi:pulumi:Stack::proj-dev"


def test_urns_carry_the_types_of_their_parents_but_not_the_stack() -> None:
    group = urn_for(STACK, ROOT, "c:i:Group", "g")
    assert group == "urn:pulumi:dev::proj::c:i:Group::g"
    leaf = urn_for(STACK, group, "m:i:T", "a::b")
    assert leaf == "urn:pulumi:dev::proj::c:i:Group$m:i:T::a::b"
    assert split(leaf) == ("dev", "proj", "c:i:Group$m:i:T", "a::b")
    assert is_default_provider("urn:pulumi:dev::proj::pulumi:providers:aws::default_7_51_1")
    assert not is_default_provider("urn:pulumi:dev::proj::pulumi:providers:aws::mine")
    with pytest.raises(ValueError, match="not a URN"):
        split("urn:pulumi:dev::proj")


def test_aliases_follow_names_types_and_renamed_parents() -> None:
    group = urn_for(STACK, ROOT, "c:i:Group", "new")
    leaf = urn_for(STACK, group, "m:i:T", "new-leaf")
    former = former_urns(leaf, group, [], [urn_for(STACK, ROOT, "c:i:Group", "old")])
    assert former == ["urn:pulumi:dev::proj::c:i:Group$m:i:T::old-leaf"]
    own = former_urns(leaf, group, [Alias(name="x"), Alias(type="m:i:U"), Alias(no_parent=True), Alias(urn="u")], [])
    assert own == [
        "urn:pulumi:dev::proj::c:i:Group$m:i:T::x",
        "urn:pulumi:dev::proj::c:i:Group$m:i:U::new-leaf",
        "urn:pulumi:dev::proj::m:i:T::new-leaf",
        "u",
    ]


@pytest.mark.parametrize(("text", "value"), [("90s", 90), ("1h30m", 5400), ("1.5m", 90), ("250ms", 0.25)])
def test_durations_are_read_as_go_writes_them(text: str, value: float) -> None:
    assert seconds(text) == value


def test_a_text_that_is_no_duration_is_refused() -> None:
    with pytest.raises(InputError, match="'30 minutes' is not a duration"):
        seconds("30 minutes")
