"""The corpus is what people may hold us to: no mistake missed, no right stack blamed."""

from __future__ import annotations

import pytest

from benchmarks.corpus.change import Change, changed_tree
from benchmarks.corpus.score import judged, read_corpus
from policies.registry import RULES

WRONG, RIGHT = read_corpus("wrong"), read_corpus("right")


@pytest.mark.slow
def test_every_mistake_is_found_by_its_rule_and_nothing_else_is_blamed() -> None:
    verdicts = [judged(stack) for stack in WRONG]
    assert [verdict.stack for verdict in verdicts if verdict.missed] == []
    assert [(verdict.stack, verdict.alarms) for verdict in verdicts if verdict.alarms] == []


@pytest.mark.slow
def test_no_right_stack_is_blamed() -> None:
    verdicts = [judged(stack) for stack in RIGHT]
    assert [(verdict.stack, verdict.alarms) for verdict in verdicts if verdict.alarms] == []


def test_the_corpus_is_as_large_as_promised_and_no_stack_comes_twice() -> None:
    assert len(WRONG) >= 150
    assert len(RIGHT) >= 30
    assert len({stack.model_dump_json() for stack in (*WRONG, *RIGHT)}) == len(WRONG) + len(RIGHT)


def test_mistakes_are_of_many_kinds_and_of_policies_and_preflight_both() -> None:
    expected = {stack.expect for stack in WRONG}
    assert len(expected) >= 140
    assert len(expected & {rule.id for rule in RULES}) >= 110
    assert {stack.enters for stack in WRONG} == {stack.enters for stack in RIGHT} | {"lock"}


def test_a_change_touches_what_its_pointer_names_and_nothing_else() -> None:
    tree = {"a": {"b": [1, {"c": 2}]}, "x": 3}
    changed = changed_tree(tree, Change(set={"/a/b/1/c": 9, "/a/b/-": 4, "/new/deep": True}, drop=["/x"]))
    assert changed == {"a": {"b": [1, {"c": 9}, 4]}, "new": {"deep": True}}
    assert tree == {"a": {"b": [1, {"c": 2}]}, "x": 3}
