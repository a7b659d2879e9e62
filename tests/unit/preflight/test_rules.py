"""Every rule finds what it is for and leaves alone what it is not for."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

from rackwright.catalog import load_catalog
from rackwright.preflight.check import judge
from rackwright.preflight.rule import REGISTRY, Severity
from rackwright.preflight.rules import AREAS, RULES
from tests.unit.preflight.case import Case, cases, lock_of, spec_of

CASES = dict(cases())


def test_there_are_at_least_two_hundred_rules():
    assert len(RULES) >= 200


def test_every_rule_has_a_case_and_every_case_a_rule():
    assert sorted(CASES) == sorted(REGISTRY)


@pytest.mark.parametrize("rule_id", sorted(CASES))
def test_rule_finds_its_failing_case(rule_id: str):
    case = CASES[rule_id]
    found = _found(rule_id, case, case.base, case.fails, case.lock)
    assert found, f"{rule_id} found nothing in its failing case"
    for problem in found:
        assert "not evaluated" not in problem.summary, problem.summary
        assert problem.summary
        assert problem.hint
        assert problem.where.startswith("spec")


@pytest.mark.parametrize("rule_id", sorted(CASES))
def test_rule_passes_its_passing_case(rule_id: str):
    case = CASES[rule_id]
    found = _found(rule_id, case, case.passing_base or case.base, case.passes, case.passing_lock or case.lock)
    assert not found, f"{rule_id} finds fault with its passing case: {found[0].summary}"


def _found(rule_id: str, case: Case, base: str, changes: dict, lock: str | None):
    verdicts = judge(spec_of(base, changes), load_catalog(), lock_of(lock), today=case.today, rules=[REGISTRY[rule_id]])
    return [verdict.problem for verdict in verdicts]


@pytest.mark.parametrize("base", ["aws", "eks", "split", "site"])
def test_bases_have_no_error(base: str):
    verdicts = judge(spec_of(base, {}), load_catalog(), today=CASES["RW-NET-001"].today)
    assert [v.problem for v in verdicts if v.severity is Severity.ERROR] == []


@pytest.mark.parametrize("rule_id", sorted(REGISTRY))
def test_rule_says_what_it_is_for_and_where_that_comes_from(rule_id: str):
    rule = REGISTRY[rule_id]
    assert re.fullmatch(r"RW-[A-Z0-9]+-\d{3}", rule_id)
    assert 10 < len(rule.title) <= 110
    assert rule.source, "a rule earns its place by a failure, a limit or a published constraint"


def test_rules_of_an_area_are_numbered_without_gaps():
    by_area: dict[str, list[int]] = {}
    for rule_id in REGISTRY:
        _, area, number = rule_id.split("-")
        by_area.setdefault(area, []).append(int(number))
    for area, numbers in by_area.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), area


@pytest.mark.parametrize("module", AREAS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_rules_read_no_clock_and_no_network(module):
    tree = ast.parse(inspect.getsource(module))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not called & {"dt.date.today", "dt.datetime.now", "datetime.now", "time.time", "open", "os.environ.get"}
