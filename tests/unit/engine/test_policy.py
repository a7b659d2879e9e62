"""Policy packs see what will be there, and a mandatory verdict stops an apply."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc

from rackwright.diagnostics import PolicyRefused, StepFailed
from rackwright.engine.properties import from_struct
from tests.unit.engine.conftest import Group, Rig, Thing


class Pack(analyzer_pb2_grpc.AnalyzerServicer):
    """Wants every thing small, and knows what it was asked."""

    def __init__(self, level: int = pb.MANDATORY) -> None:
        self.level = level
        self.seen: list[tuple[str, dict]] = []
        self.whole: list[Any] = []

    def analyze(self, request: Any, context: Any) -> Any:
        properties = from_struct(request.properties)
        self.seen.append((request.name, properties))
        big = properties.get("size", 0) > 5
        return pb.AnalyzeResponse(diagnostics=[self.verdict("small", request.urn)] if big else [])

    def analyze_stack(self, request: Any, context: Any) -> Any:
        self.whole = list(request.resources)
        crowd = sum(resource.type == "mem:index:Thing" for resource in request.resources) > 2
        return pb.AnalyzeResponse(diagnostics=[self.verdict("few", "")] if crowd else [])

    Analyze, AnalyzeStack = analyze, analyze_stack

    def verdict(self, policy: str, urn: str) -> pb.AnalyzeDiagnostic:
        return pb.AnalyzeDiagnostic(
            policyName=policy,
            policyPackName="test",
            message="too much",
            urn=urn,
            enforcementLevel=self.level,
            severity=pb.POLICY_SEVERITY_HIGH,
        )


def test_a_preview_collects_every_verdict_and_is_refused(rig: Rig) -> None:
    rig.program = lambda: [Thing("one", {"size": 9}), Thing("two", {"size": 8}), Thing("three")]
    plan = rig.preview(analyzers=(Pack(),))
    assert [(d.policy, d.urn.rpartition("::")[2], d.severity) for d in plan.diagnostics] == [
        ("few", "", "high"),
        ("small", "one", "high"),
        ("small", "two", "high"),
    ]
    assert plan.refused
    assert "too much" in plan.as_json()


def test_an_apply_stops_at_a_mandatory_verdict(rig: Rig) -> None:
    rig.program = lambda: Thing("one", {"size": 9})
    with pytest.raises(PolicyRefused, match="small: too much") as refusal:
        rig.up(analyzers=(Pack(),))
    assert refusal.value.exit_code == 5
    assert not rig.cloud.things


def test_a_mandatory_verdict_on_the_whole_stack_stops_before_anything_is_deleted(rig: Rig) -> None:
    rig.program = lambda: [Thing("old"), Thing("one"), Thing("two")]
    rig.up()
    rig.program = lambda: [Thing("one"), Thing("two"), Thing("three")]
    with pytest.raises(PolicyRefused, match="few"):
        rig.up(analyzers=(Pack(),))
    assert {thing.urn.rpartition("::")[2] for thing in rig.cloud.things.values()} == {"old", "one", "two", "three"}
    rig.check_truth()


def test_an_advisory_verdict_is_only_told(rig: Rig) -> None:
    rig.program = lambda: Thing("one", {"size": 9})
    result = rig.up(analyzers=(Pack(pb.ADVISORY),))
    assert [d.enforcement for d in result.diagnostics] == ["advisory"]
    assert len(rig.cloud.things) == 1


def test_packs_see_components_unknowns_secrets_and_the_whole_stack_in_order(rig: Rig) -> None:
    def program() -> None:
        group = Group("group")
        one = Thing("one", {"password": pulumi.Output.secret("x")}, parent=group)
        Thing("two", {"from": one.computed})

    rig.program = program
    pack = Pack()
    rig.preview(analyzers=(pack,))
    seen = dict(pack.seen)
    assert set(seen) == {"proj-dev", "group", "default", "one", "two"}
    assert seen["two"]["from"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert seen["one"]["password"]["value"] == "x"
    rig.up(analyzers=(pack,))
    names = [resource.name for resource in pack.whole]
    assert names.index("one") < names.index("two")
    two = next(resource for resource in pack.whole if resource.name == "two")
    assert two.provider.name == "default"
    assert list(two.propertyDependencies["from"].urns) == list(two.dependencies)


def test_a_pack_that_breaks_is_no_pass(rig: Rig) -> None:
    class Broken(Pack):
        def analyze(self, request: Any, context: Any) -> Any:
            raise KeyError("size")

        Analyze = analyze

    rig.program = lambda: Thing("one")
    for run in (rig.preview, rig.up):
        with pytest.raises(StepFailed, match="policy pack failed: KeyError"):
            run(analyzers=(Broken(),))
    assert not rig.cloud.things
