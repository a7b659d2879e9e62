from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.evaluation import evaluate
from policies.profile import BASELINE, STRICTEST, profile_of
from policies.registry import RULES
from policies.rule import Enforcement, Resource, Status

SECRET = "hunter2"
RESOURCE = Resource("urn:pulumi:s::p::aws:ec2/instance:Instance::it", "aws:ec2/instance:Instance", "it", {"pw": SECRET})
GOOD = next(rule for rule in RULES if rule.id == "RW-PCMP-001")


def _break(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    raise ValueError(f"cannot read {resource.props['pw']}")
    yield ""


BROKEN = replace(GOOD, id="RW-PTST-001", find=_break)


def test_a_broken_rule_is_reported_by_name_without_its_text_and_harms_no_other() -> None:
    findings = evaluate([BROKEN, GOOD], [RESOURCE], profile=BASELINE)
    broken, judged = findings
    assert (broken.rule, broken.status) == ("RW-PTST-001", Status.NOT_EVALUATED)
    assert "RW-PTST-001" in broken.message
    assert SECRET not in repr(findings)
    assert judged.status is Status.FAILED


def test_what_was_not_evaluated_never_blocks_and_never_passes() -> None:
    (finding,) = evaluate([BROKEN], [RESOURCE], profile=STRICTEST)
    assert not finding.blocks
    assert finding.status is not Status.PASSED


def test_a_framework_makes_the_rules_of_its_controls_mandatory() -> None:
    advisory = replace(GOOD, enforcement=Enforcement.ADVISORY, controls=("HIPAA:164.312(b)",))
    assert profile_of((), "internal").enforcement(advisory) is Enforcement.ADVISORY
    assert profile_of(("sox",), "internal").enforcement(advisory) is Enforcement.ADVISORY
    assert profile_of(("hipaa",), "internal").enforcement(advisory) is Enforcement.MANDATORY
    assert profile_of((), "phi").enforcement(advisory) is Enforcement.MANDATORY
