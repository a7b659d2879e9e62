"""Whatever a property holds, no rule raises, and nothing hostile reaches a reader unescaped.

The suite draws few bags for each kind of rule; the full number is drawn by

    RW_BAGS=10000 .venv/bin/pytest -q tests/unit/policies/test_robustness.py
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from html.parser import HTMLParser
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.audit import audit
from policies.profile import STRICTEST
from policies.registry import RULES
from policies.report import render_csv, render_html, render_markdown, render_text
from policies.rule import UNKNOWN, Resource, Rule, Status, Unknown
from policies.stack import Stack
from tests.unit.policies.case_files import FILES, resources_of

BAGS = int(os.environ.get("RW_BAGS", "300"))
"""Bags that are drawn for each kind of rule."""

TOGETHER = 20
"""Bags that are judged as one stack."""

KINDS = sorted({rule.id.rpartition("-")[0] for rule in RULES})
"""``RW-PPOD``, ``RW-PHST`` …"""

CASES = {
    kind: [
        resource
        for rule, file in FILES.items()
        if rule.startswith(f"{kind}-")
        for case in file.cases
        for resource in resources_of(case)
    ]
    for kind in KINDS
}
NAMES = sorted({name for resources in CASES.values() for each in resources for name in each.props})
TEXTS = [
    "*",
    "-1",
    "true",
    "efa",
    "0.0.0.0/0",
    "{}",
    '{"Statement": 3}',
    '{"Statement": [1, {}]}',
    "sha256:",
    "::",
    "0",
]
DEEP = 3
"""Levels of a value that is made up."""


def _leaf(rng: Random) -> Any:
    texts = ["", "\x00\x1b", "\u202e", "é" * rng.randrange(9), *TEXTS]
    numbers = [rng.randint(-1, 70000), rng.random(), float("nan"), float("inf"), -0.0, 10**30]
    return rng.choice([None, True, False, UNKNOWN, rng.choice(numbers), rng.choice(texts)])


def _anything(rng: Random, depth: int = 0) -> Any:
    kind = rng.random()
    if depth >= DEEP or kind < 0.5:
        return _leaf(rng)
    if kind < 0.75:
        return [_anything(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(NAMES): _anything(rng, depth + 1) for _ in range(rng.randrange(4))}


def _spoilt(rng: Random, tree: Any) -> Any:
    """`tree` with one value at a random place replaced by anything, or one more put in."""
    if isinstance(tree, Mapping) and tree and rng.random() < 0.75:
        key = rng.choice(sorted(tree))
        return {**tree, key: _spoilt(rng, tree[key])}
    if isinstance(tree, list) and tree and rng.random() < 0.75:
        at = rng.randrange(len(tree))
        return [*tree[:at], _spoilt(rng, tree[at]), *tree[at + 1 :]]
    return {**tree, rng.choice(NAMES): _anything(rng)} if isinstance(tree, dict) else _anything(rng)


def _bag(rng: Random, kind: str) -> Resource:
    """A resource of a case with parts of it replaced: near enough to be read, wrong enough to hurt."""
    resource = rng.choice(CASES[kind])
    props = dict(resource.props)
    for _ in range(rng.randrange(4)):
        props = _spoilt(rng, props)
    return Resource(resource.urn, resource.type, resource.name, props, resource.property_dependencies)


@pytest.mark.parametrize("kind", KINDS)
def test_no_rule_raises_anything_but_unknown_whatever_the_properties(kind: str) -> None:
    rules = [rule for rule in RULES if rule.id.startswith(f"{kind}-")]

    @settings(max_examples=BAGS // TOGETHER, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**63))
    def judge(seed: int) -> None:
        rng = Random(seed)
        stack = Stack([_bag(rng, kind) for _ in range(TOGETHER)], date(2026, 11, 21))
        for rule in rules:
            _call(rule, stack)

    judge()


def _call(rule: Rule, stack: Stack) -> None:
    for kind in rule.applies_to & stack.by_type.keys():
        for resource in stack.by_type[kind]:
            with suppress(Unknown):
                for message in rule.find(resource, stack):
                    assert message
            if rule.remedy is not None and isinstance(resource.props, Mapping):
                rule.remedy(resource)


HOSTILE = "=<script>alert(1)</script>\x1b[2J\x9b31m\"'&|`[x](javascript:1)\n\r- @evil\u202e"


def poisoned(value: Any) -> Any:
    """`value` with every text in it made hostile, and keys left as they are."""
    if isinstance(value, str):
        return value + HOSTILE
    if isinstance(value, Mapping):
        return {key: poisoned(item) for key, item in value.items()}
    return [poisoned(item) for item in value] if isinstance(value, list) else value


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") and name != "open" for name, _ in attrs)
        assert not any("javascript:" in (value or "") for name, value in attrs if name in {"href", "src", "action"})


@pytest.fixture(scope="module")
def hostile_audit():
    """Every failing case of every rule, with hostile names and values everywhere."""
    resources = []
    for number, (_, file) in enumerate(FILES.items()):
        for case in file.cases:
            for each in resources_of(case):
                name = f"{HOSTILE}{number}"
                resources.append(Resource(f"{each.urn}{HOSTILE}", each.type, name, poisoned(dict(each.props))))
    found = audit(resources, RULES, STRICTEST, [], date(2026, 11, 21))
    assert sum(finding.status is Status.FAILED for finding in found.findings) > 500
    return found


def test_hostile_texts_of_every_rule_come_out_escaped_in_html(hostile_audit) -> None:
    text = render_html(hostile_audit)
    page = _Page()
    page.feed(text)
    assert "<script>alert" not in text
    assert not page.tags & {"img", "iframe", "object", "embed", "form"}


def test_hostile_texts_of_every_rule_cannot_steer_a_terminal(hostile_audit) -> None:
    bad = {character for character in render_text(hostile_audit) if not character.isprintable() and character != "\n"}
    assert not bad


def test_hostile_texts_of_every_rule_stay_in_their_cell_of_a_table_in_markdown(hostile_audit) -> None:
    page = render_markdown(hostile_audit)
    assert "<script" not in page
    assert "\x1b" not in page
    assert "](javascript:" not in page


def test_no_cell_of_a_csv_is_a_formula_whatever_a_rule_quotes(hostile_audit) -> None:
    rows = csv.reader(io.StringIO(render_csv(hostile_audit)))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
