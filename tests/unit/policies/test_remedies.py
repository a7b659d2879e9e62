from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2 as pb

from policies.crossguard import PolicyAnalyzer
from policies.evaluation import evaluate
from policies.profile import BASELINE
from policies.registry import RULES
from policies.remedies import mend
from policies.rule import UNKNOWN, Resource, Rule, Status
from policies.sources.wire import SIGNATURE, UNKNOWN_TEXT
from rackwright.engine import FileBackend, Options, StackRef, preview
from rackwright.engine.providers.offline import OfflineProvider

INSTANCE = "aws:ec2/instance:Instance"
WITH_REMEDY = [rule for rule in RULES if rule.remedy is not None and not rule.needs_stack]
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}


def remediate(analyzer: PolicyAnalyzer, props: dict[str, Any]) -> pb.RemediateResponse:
    struct = struct_pb2.Struct()
    struct.update(props)
    return analyzer.Remediate(pb.AnalyzeRequest(type=INSTANCE, urn="u", name="n", properties=struct), None)


def test_some_rules_mend_and_those_are_told_apart() -> None:
    assert len(WITH_REMEDY) >= 10


@pytest.mark.parametrize("rule", WITH_REMEDY, ids=lambda rule: rule.id)
def test_a_remedy_makes_its_rule_pass_and_changes_nothing_that_already_does(rule: Rule) -> None:
    kind = min(rule.applies_to)
    bare = Resource(f"urn:pulumi:s::p::{kind}::n", kind, "n", {})
    fixed = bare
    for each in mend([rule], bare):
        fixed = Resource(bare.urn, kind, "n", {**fixed.props, **each.changes})
    if fixed is not bare:
        assert {each.status for each in evaluate([rule], [fixed], profile=BASELINE)} == {Status.PASSED}
    assert not list(mend([rule], fixed))


@given(
    st.sampled_from(WITH_REMEDY),
    st.dictionaries(st.sampled_from(["metadataOptions", "tags", "state"]), st.just(UNKNOWN)),
)
def test_no_remedy_writes_over_what_is_not_known(rule: Rule, props: dict[str, Any]) -> None:
    kind = min(rule.applies_to)
    for each in mend([rule], Resource("u", kind, "n", props)):
        assert not {name for name in each.changes if props.get(name) is UNKNOWN}


def test_nothing_is_mended_unless_somebody_asks() -> None:
    assert not remediate(PolicyAnalyzer(RULES, BASELINE), {}).remediations
    asked = PolicyAnalyzer(RULES, BASELINE)
    level = pb.PolicyConfig(enforcementLevel=pb.REMEDIATE)
    asked.Configure(pb.ConfigureAnalyzerRequest(policyConfig={"RW-PCMP-001": level}), None)
    (only,) = remediate(asked, {}).remediations
    assert only.policyName == "RW-PCMP-001"
    assert json_format.MessageToDict(only.properties) == {"metadataOptions": {"httpTokens": "required"}}


def test_a_secret_passes_through_a_remedy_as_it_came() -> None:
    asked = PolicyAnalyzer(RULES, BASELINE, remediate=True)
    props = {"userData": SECRET, "metadataOptions": {"httpTokens": "optional"}, "ami": UNKNOWN_TEXT}
    last = remediate(asked, props).remediations[-1]
    kept = json_format.MessageToDict(last.properties)
    assert kept["userData"] == SECRET
    assert kept["ami"] == UNKNOWN_TEXT
    assert "hunter2" not in last.description


PROGRAM = """
import pulumi_aws as aws
aws.ec2.Subnet("plain", vpc_id="vpc-1", cidr_block="10.0.0.0/24", map_public_ip_on_launch=True)
"""


@pytest.mark.parametrize("asked", [True, False])
def test_the_embedded_engine_mends_a_plan_when_asked_and_says_so(tmp_path, asked: bool) -> None:
    program = tmp_path / "__main__.py"
    program.write_text(PROGRAM)
    told: list[str] = []
    plan = preview(
        Options(
            stack=StackRef("rackwright", "test"),
            program=program,
            backend=FileBackend(tmp_path / "state", "passphrase"),
            providers={"aws": OfflineProvider},
            analyzers=(PolicyAnalyzer(RULES, BASELINE, remediate=asked),),
            on_event=lambda event: told.append(event.message),
        )
    )
    refused = {each.policy for each in plan.diagnostics}
    assert ("RW-PNET-004" in refused) is not asked
    assert any("mended: RW-PNET-004" in message for message in told) is asked
