from __future__ import annotations

from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2 as pb

from policies.rule import UNKNOWN
from policies.sources.lock import resources_of_lock
from policies.sources.preview import all_resources
from policies.sources.state import resources_of_state
from policies.sources.wire import OUTPUT, SIGNATURE, UNKNOWN_TEXT, plain
from rackwright.lock.model import Image, Lock, OperatingSystem

SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x:y"}
URN = "urn:pulumi:s::p::rackwright:aws:Home$aws:efs/fileSystem:FileSystem::home"
ENTRY = {
    "urn": URN,
    "custom": True,
    "id": "fs-1",
    "type": "aws:efs/fileSystem:FileSystem",
    "inputs": {"encrypted": True, "kmsKeyId": "old"},
    "outputs": {"kmsKeyId": "arn", "token": SECRET},
    "propertyDependencies": {"kmsKeyId": ["urn:pulumi:s::p::aws:kms/key:Key::k"], "tags": None},
}


def test_state_is_read_from_an_export_a_deployment_or_a_checkpoint() -> None:
    latest = {"resources": [ENTRY]}
    for state in (latest, {"deployment": latest}, {"version": 3, "checkpoint": {"stack": "x", "latest": latest}}):
        (resource,) = resources_of_state(state)
        assert (resource.type, resource.name) == ("aws:efs/fileSystem:FileSystem", "home")
        assert resource.props == {"id": "fs-1", "encrypted": True, "kmsKeyId": "arn", "token": UNKNOWN}
        assert resource.comes_from("kmsKeyId", "aws:kms/key:Key")


def test_what_waits_for_deletion_is_not_judged() -> None:
    assert resources_of_state({"resources": [{**ENTRY, "delete": True}]}) == []
    assert resources_of_state({}) == []


def test_preview_keeps_where_an_unknown_value_comes_from() -> None:
    struct = struct_pb2.Struct()
    struct.update({"kmsKeyId": UNKNOWN_TEXT, "size": 3, "list": [{"a": UNKNOWN_TEXT}]})
    links = {"kmsKeyId": pb.AnalyzerPropertyDependencies(urns=["urn:pulumi:s::p::a$aws:kms/key:Key::k"])}
    request = pb.AnalyzeStackRequest(
        resources=[pb.AnalyzerResource(type="t", urn=URN, name="home", properties=struct, propertyDependencies=links)]
    )
    (resource,) = all_resources(request)
    assert resource.props == {"kmsKeyId": UNKNOWN, "size": 3, "list": [{"a": UNKNOWN}]}
    assert resource.comes_from("kmsKeyId", "aws:kms/key:Key")
    assert not resource.comes_from("size", "aws:kms/key:Key")


def test_an_output_value_is_opened_only_when_known_and_not_secret() -> None:
    assert plain({SIGNATURE: OUTPUT, "value": "x"}) == "x"
    assert plain({SIGNATURE: OUTPUT}) is UNKNOWN
    assert plain({SIGNATURE: OUTPUT, "value": "x", "secret": True}) is UNKNOWN


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(JSON)
def test_plain_values_pass_through_unchanged(value: object) -> None:
    assert plain(value) == value


def test_lock_gives_one_resource_for_each_image_and_the_system() -> None:
    lock = Lock(
        os=OperatingSystem(distribution="debian", release="trixie"),
        images={"nvcr.io/x:1": Image(digest="sha256:" + "0" * 64, stand_in=True)},
    )
    found = {resource.type: resource for resource in resources_of_lock(lock)}
    assert found["lock:image"].name == "nvcr.io/x:1"
    assert found["lock:image"].props["standIn"] is True
    assert found["lock:os"].props["release"] == "trixie"
