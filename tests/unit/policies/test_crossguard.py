from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc

from policies.crossguard import PolicyAnalyzer
from policies.profile import BASELINE
from policies.registry import RULES
from policies.sources.wire import SIGNATURE, UNKNOWN_TEXT
from policies.waiver import Waiver

ROOT = Path(__file__).resolve().parents[3]
OURS = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(ROOT / "policies")]
THEIRS = [sys.executable, "-u", str(Path(__file__).with_name("official_pack.py"))]

INSTANCE = "aws:ec2/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
GROUP_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

SINGLES: list[tuple[str, str, dict[str, Any]]] = [
    (INSTANCE, "no-tokens", {"rootBlockDevice": {"encrypted": True}}),
    (INSTANCE, "good", {"rootBlockDevice": {"encrypted": True}, "metadataOptions": {"httpTokens": "required"}}),
    (INSTANCE, "unknown", {"rootBlockDevice": {"encrypted": True}, "metadataOptions": UNKNOWN_TEXT}),
    (GROUP_RULE, "open", {"cidrIpv4": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 20, "toPort": 25}),
    ("aws:efs/fileSystem:FileSystem", "plain", {"encrypted": False}),
    ("random:index/randomId:RandomId", "foreign", {"byteLength": 4}),
]
STACK: list[tuple[str, str, dict[str, Any]]] = [
    (BUCKET, "naked", {"bucket": "naked"}),
    (BUCKET, "closed", {"bucket": "closed"}),
    (
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "closed",
        {
            "bucket": "closed",
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
    ),
    ("aws:ec2/vpc:Vpc", "vpc", {"id": "vpc-1"}),
]


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:test::rackwright::{kind}::{name}"


def struct(props: dict[str, Any]) -> struct_pb2.Struct:
    found = struct_pb2.Struct()
    found.update(props)
    return found


def one(kind: str, name: str, props: dict[str, Any]) -> pb.AnalyzeRequest:
    return pb.AnalyzeRequest(type=kind, urn=urn(kind, name), name=name, properties=struct(props))


def many(resources: list[tuple[str, str, dict[str, Any]]]) -> pb.AnalyzeStackRequest:
    return pb.AnalyzeStackRequest(
        resources=[
            pb.AnalyzerResource(type=kind, urn=urn(kind, name), name=name, properties=struct(props))
            for kind, name, props in resources
        ]
    )


@contextmanager
def pack(command: list[str]) -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The analyzer that `command` serves, through a real channel."""
    with subprocess.Popen(command, cwd=ROOT / "policies", stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def ours() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    with pack(OURS) as stub:
        yield stub


@pytest.fixture(scope="module")
def theirs() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    with pack(THEIRS) as stub:
        yield stub


def told(response: pb.AnalyzeResponse) -> set[tuple[str, str, str, int, int]]:
    """What the engine shows of violations: policy, message, place, level, severity. The SDK leaves 20 as 20.0."""
    return {
        (each.policyName, re.sub(r"(\d)\.0\b", r"\1", each.message), each.urn, each.enforcementLevel, each.severity)
        for each in response.diagnostics
        if "not evaluated" not in each.message and "can't run" not in each.message
    }


def test_pack_tells_the_same_violations_of_a_resource_as_the_official_server(ours, theirs) -> None:
    ours.ConfigureStack(pb.AnalyzerStackConfigureRequest())
    verdicts = {
        name: (told(ours.Analyze(one(*each))), told(theirs.Analyze(one(*each))))
        for each in SINGLES
        for name in [each[1]]
    }
    for name, (mine, official) in verdicts.items():
        assert mine == official, name
    assert verdicts["open"][0], "nothing was compared"


def test_pack_tells_the_same_violations_of_a_stack_as_the_official_server(ours, theirs) -> None:
    ours.ConfigureStack(pb.AnalyzerStackConfigureRequest())
    mine, official = (
        set().union(*(told(pack.Analyze(one(*each))) for each in STACK), told(pack.AnalyzeStack(many(STACK))))
        for pack in (ours, theirs)
    )
    assert mine == official
    assert {each[0] for each in mine} >= {"RW-PSTO-002", "RW-PSTO-006", "RW-PSTO-008", "RW-PNET-003", "RW-PAUD-001"}


def test_pack_describes_its_policies_as_the_official_server_does(ours, theirs) -> None:
    ours.ConfigureStack(pb.AnalyzerStackConfigureRequest())
    mine, official = ours.GetAnalyzerInfo(Empty()), theirs.GetAnalyzerInfo(Empty())
    assert list(mine.policies) == list(official.policies)
    assert (mine.name, mine.supportsConfig) == (official.name, official.supportsConfig)


def test_an_unknown_value_is_told_as_advice_by_both(ours, theirs) -> None:
    ours.ConfigureStack(pb.AnalyzerStackConfigureRequest())
    unknown = next(each for each in SINGLES if each[1] == "unknown")
    told_by_both = theirs.Analyze(one(*unknown)), ours.AnalyzeStack(many([unknown]))
    for response in told_by_both:
        levels = {each.enforcementLevel for each in response.diagnostics if each.policyName == "RW-PCMP-001"}
        assert levels == {pb.ADVISORY}


def test_served_pack_finds_the_profile_of_the_stack_in_its_spec(ours) -> None:
    ours.ConfigureStack(pb.AnalyzerStackConfigureRequest(config={"rackwright:spec": "stacks/h100-train.yaml"}))
    assert "hipaa" in ours.GetAnalyzerInfo(Empty()).description
    ours.ConfigureStack(pb.AnalyzerStackConfigureRequest(config={"rackwright:spec": "stacks/none.yaml"}))
    assert "everything is mandatory" in ours.GetAnalyzerInfo(Empty()).description


def analyzer(**options: Any) -> PolicyAnalyzer:
    return PolicyAnalyzer([rule for rule in RULES if rule.id == "RW-PCMP-001"], BASELINE, **options)


def test_secret_property_never_shows_in_a_diagnostic() -> None:
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}
    request = one(INSTANCE, "it", {"metadataOptions": {"httpTokens": secret}, "rootBlockDevice": {"encrypted": True}})
    mine = analyzer()
    responses = [
        mine.Analyze(request, None),
        mine.AnalyzeStack(many([(INSTANCE, "it", {"metadataOptions": secret})]), None),
    ]
    assert "hunter2" not in repr(responses)
    assert any("not evaluated" in each.message for each in responses[1].diagnostics)


def test_what_was_told_of_a_resource_is_not_told_again_of_the_stack() -> None:
    mine = analyzer()
    bare = next(each for each in SINGLES if each[1] == "no-tokens")
    first = {(each.policyName, each.urn) for each in mine.Analyze(one(*bare), None).diagnostics}
    second = {(each.policyName, each.urn) for each in mine.AnalyzeStack(many([bare]), None).diagnostics}
    assert first
    assert not first & second


def test_a_valid_waiver_turns_a_violation_into_advice() -> None:
    bare = next(each for each in SINGLES if each[1] == "no-tokens")
    waiver = Waiver("RW-PCMP-001", "no-*", "legacy image until Q1", "ops@example.org", date.max, "ciso@example.org")
    (diagnostic,) = analyzer(waivers=[waiver]).Analyze(one(*bare), None).diagnostics
    assert diagnostic.enforcementLevel == pb.ADVISORY
    assert "legacy image until Q1" in diagnostic.message


def test_an_organisation_can_switch_a_rule_off_by_configuration() -> None:
    mine = analyzer()
    off = pb.PolicyConfig(enforcementLevel=pb.DISABLED)
    mine.Configure(pb.ConfigureAnalyzerRequest(policyConfig={"RW-PCMP-001": off}), None)
    bare = next(each for each in SINGLES if each[1] == "no-tokens")
    assert not mine.Analyze(one(*bare), None).diagnostics
