"""Each rule against its cases: resources in, verdict out. A case file is data; adding a case takes no Python."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from policies.controls import all_controls
from policies.evaluation import evaluate
from policies.profile import BASELINE
from policies.registry import RULES
from policies.rule import UNKNOWN, Resource, Rule, Unknown

CASES = Path(__file__).with_name("cases")
HEADINGS = ("Requirement:", "Why it matters:", "What it looks at:", "Known limits:", "Fix:", "Sources:")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Given(_Closed):
    type: str
    name: str = "it"
    props: dict[str, Any] = {}
    links: dict[str, list[str]] = {}
    """Property -> names of the resources it comes from."""


class Case(_Closed):
    name: str
    resources: list[Given]
    expect: dict[str, Literal["passed", "failed", "not-evaluated"]]
    """Name of a resource -> the worst verdict of the rule on it."""
    message: str | None = None
    """Part of a message of the rule."""


class CaseFile(_Closed):
    rule: str
    cases: list[Case]


def _load() -> dict[str, CaseFile]:
    files = [CaseFile.model_validate(YAML(typ="safe").load(path)) for path in sorted(CASES.glob("*.yaml"))]
    return {file.rule: file for file in files}


FILES = _load()
PAIRS = [(rule, case) for rule, file in FILES.items() for case in file.cases]


def _known(value: Any) -> Any:
    if value == "<unknown>":
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    return [_known(item) for item in value] if isinstance(value, list) else value


def _urn(given: Given) -> str:
    return f"urn:pulumi:test::rackwright::{given.type}::{given.name}"


def _resources(case: Case) -> list[Resource]:
    urns = {given.name: _urn(given) for given in case.resources}
    return [
        Resource(
            _urn(given),
            given.type,
            given.name,
            _known(given.props),
            {key: [urns[name] for name in names] for key, names in given.links.items()},
        )
        for given in case.resources
    ]


def _rule(name: str) -> Rule:
    return next(rule for rule in RULES if rule.id == name)


@pytest.mark.parametrize(("rule", "case"), PAIRS, ids=[f"{rule}: {case.name}" for rule, case in PAIRS])
def test_rule_gives_the_expected_verdict(rule: str, case: Case) -> None:
    findings = evaluate([_rule(rule)], _resources(case), profile=BASELINE)
    order = ["passed", "not-evaluated", "failed"]
    worst: dict[str, str] = {}
    for finding in findings:
        name = finding.urn.rpartition("::")[2]
        worst[name] = max(worst.get(name, "passed"), finding.status.value, key=order.index)
    assert {name: worst.get(name) for name in case.expect} == case.expect, [finding.message for finding in findings]
    if case.message:
        assert any(case.message in finding.message for finding in findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_passing_a_failing_and_an_unknown_case(rule: Rule) -> None:
    verdicts = {verdict for case in FILES[rule.id].cases for verdict in case.expect.values()}
    assert verdicts == {"passed", "failed", "not-evaluated"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_tells_its_story_and_cites_controls_that_exist(rule: Rule) -> None:
    positions = [rule.docs.find(heading) for heading in HEADINGS]
    assert min(positions) > 0
    assert positions == sorted(positions)
    assert rule.docs.startswith(rule.title)
    assert set(rule.controls) <= all_controls().keys()
    assert rule.fix
    assert rule.code, "a fix is shown as code too"


def test_ids_and_titles_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len({rule.title for rule in RULES}) == len(RULES)


# Random property bags, built from the names that rules really read, so that their code paths are reached.
NAMES = sorted(
    {name for file in FILES.values() for case in file.cases for given in case.resources for name in given.props}
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 70000),
    st.floats(allow_nan=True),
    st.text(max_size=8),
    st.sampled_from(["*", "-1", "true", "efa", "0.0.0.0/0", "{}", '{"Statement": 3}', '{"Statement": [1, {}]}']),
    st.just(UNKNOWN),
)
INNER = [
    "Effect",
    "Action",
    "Resource",
    "Principal",
    "Condition",
    "Statement",
    "ebs",
    "encrypted",
    "httpTokens",
    "Bool",
]
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from([*NAMES, *INNER]), st.text(max_size=4)), inner, max_size=4),
    ),
    max_leaves=12,
)
BAGS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
TYPES = sorted({kind for rule in RULES for kind in rule.applies_to})


@given(st.lists(st.tuples(st.sampled_from(TYPES), BAGS), min_size=1, max_size=4))
def test_no_rule_raises_anything_but_unknown_whatever_the_properties(bags) -> None:
    resources = [Resource(f"urn:pulumi:t::p::{kind}::{n}", kind, str(n), props) for n, (kind, props) in enumerate(bags)]
    for rule in RULES:
        for resource in resources:
            if resource.type in rule.applies_to:
                with suppress(Unknown):
                    list(rule.find(resource, resources))
