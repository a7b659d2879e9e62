"""When a property counts as changed, and what a read shows as inputs."""

import json

from hypothesis import given
from hypothesis import strategies as st

from rackwright.engine.providers.aws.changes import diff_response
from rackwright.engine.providers.aws.comparison import UNKNOWN, changed_paths, is_unknown, project, project_inputs, same

scalars = st.one_of(st.booleans(), st.integers(-(10**6), 10**6), st.text(max_size=8))
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
bags = st.dictionaries(st.text("abcdef", min_size=1, max_size=4), values, max_size=5)


@given(values)
def test_everything_is_the_same_as_itself(value) -> None:
    assert same(value, value)
    assert list(changed_paths(value, value, "x")) == []


@given(values, values)
def test_sameness_has_no_direction(a, b) -> None:
    assert same(a, b) == same(b, a)


@given(st.lists(st.text(max_size=5), max_size=6), st.randoms())
def test_the_order_of_plain_lists_means_nothing(items, random) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert same(items, shuffled)


@given(bags, st.dictionaries(st.text("xyz", min_size=1, max_size=2), values, max_size=3))
def test_what_the_program_does_not_mention_is_no_drift(inputs, more) -> None:
    assert project_inputs(inputs, {**more, **inputs}) == inputs
    assert project(inputs, {**inputs, **more}) == inputs


@given(bags, values)
def test_a_changed_property_is_shown_with_its_live_value(inputs, live) -> None:
    for key, value in inputs.items():
        shown = project_inputs(inputs, {**inputs, key: live})[key]
        assert shown == value if same(value, live) else not same(shown, value) or isinstance(live, dict | list)


def test_policy_documents_compare_as_json() -> None:
    one = {"Statement": [{"Action": ["s3:GetObject"], "Resource": "*", "Effect": "Allow"}], "Version": "2012-10-17"}
    other = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["*"]}}
    assert same(json.dumps(one), json.dumps(other, indent=2))
    assert not same(json.dumps(one), json.dumps({**other, "Version": "2008-10-17"}))


def test_the_forms_of_one_value_are_the_same() -> None:
    assert same({"x": "true"}, {"x": True})
    assert same(5, "5")
    assert same(None, [])
    assert same({"a": None}, {})
    assert not same(0, None)
    assert not same({"x": False}, {})


def test_a_tag_added_by_hand_is_drift() -> None:
    live = {"tags": {"a": "1", "hand": "made"}}
    assert project_inputs({"tags": {"a": "1"}}, live) == live


def test_an_unknown_is_never_the_same() -> None:
    assert is_unknown({"a": [UNKNOWN]})
    assert not same({"a": UNKNOWN}, {"a": UNKNOWN})


def test_a_diff_names_paths_and_what_forces_a_replacement() -> None:
    old = {"cidr": "a", "tags": {"x": "1", "y": "2"}, "gone": 1}
    new = {"cidr": "b", "tags": {"x": "1", "y": "3"}, "fresh": 1}
    diff = diff_response(old, new, frozenset({"cidr"}), delete_first=True)
    assert list(diff.diffs) == ["cidr", "fresh", "gone", "tags"]
    assert list(diff.replaces) == ["cidr"]
    assert diff.deleteBeforeReplace
    assert set(diff.detailedDiff) == {"cidr", "fresh", "gone", "tags.y"}


@given(bags)
def test_equal_inputs_give_no_diff(bag) -> None:
    diff = diff_response(bag, dict(reversed(list(bag.items()))), frozenset(bag), delete_first=True)
    assert not diff.diffs
    assert not diff.replaces
