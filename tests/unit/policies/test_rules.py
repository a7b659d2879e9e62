"""Each rule against its cases: resources in, verdict out. A case file is data; adding a case takes no Python."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from policies.controls import all_controls
from policies.evaluation import evaluate
from policies.profile import BASELINE
from policies.registry import JUDGED_TYPES, RULES
from policies.rule import Rule
from tests.unit.policies.case_files import FILES, PAIRS, Case, resources_of

HEADINGS = ("Requirement:", "Why it matters:", "What it looks at:", "Known limits:", "Fix:", "Sources:")


def _rule(name: str) -> Rule:
    return next(rule for rule in RULES if rule.id == name)


@pytest.mark.parametrize(("rule", "case"), PAIRS, ids=[f"{rule}: {case.name}" for rule, case in PAIRS])
def test_rule_gives_the_expected_verdict(rule: str, case: Case) -> None:
    findings = evaluate([_rule(rule)], resources_of(case), profile=BASELINE)
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


def _source_of(kind: str) -> Path:
    """File of the provider's SDK that a type token names: ``aws:ec2/launchTemplate:LaunchTemplate``."""
    module, name = kind.split(":")[1].split("/")
    package = Path(find_spec("pulumi_aws").origin).parent
    return package / module / f"{re.sub('([A-Z])', lambda letter: f'_{letter[1].lower()}', name)}.py"


def test_every_type_of_aws_that_a_rule_names_is_one_of_the_provider() -> None:
    kinds = [kind for kind in JUDGED_TYPES if kind.startswith("aws:")]
    assert [kind for kind in kinds if f"'{kind}'" not in _source_of(kind).read_text()] == []
