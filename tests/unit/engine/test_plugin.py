"""A provider served over gRPC answers as it does in this process."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc, status_pb2

from rackwright.diagnostics import InputError
from rackwright.engine import InitFailed
from rackwright.engine.properties import from_struct, to_struct
from rackwright.engine.providers.memory import MemoryCloud, MemoryProvider, out_of_capacity
from rackwright.engine.providers.plugin import serve, start

URN = "urn:pulumi:dev::proj::mem:index:Thing::one"


@pytest.fixture
def cloud() -> MemoryCloud:
    return MemoryCloud()


@pytest.fixture
def stub(cloud: MemoryCloud) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    server, port = start(MemoryProvider(cloud))
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(None).wait()


def test_a_served_provider_creates_reads_and_deletes(stub, cloud: MemoryCloud) -> None:
    made = stub.Create(pb.CreateRequest(urn=URN, properties=to_struct({"size": 1})))
    assert from_struct(made.properties) == {"size": 1, "computed": f"of-{made.id}"}
    assert stub.Read(pb.ReadRequest(urn=URN, id=made.id)).id == made.id
    stub.Delete(pb.DeleteRequest(urn=URN, id=made.id))
    assert not cloud.things


def test_what_it_lacks_is_unimplemented(stub) -> None:
    for call, request in ((stub.GetSchema, pb.GetSchemaRequest()), (stub.Cancel, Empty())):
        with pytest.raises(grpc.RpcError) as refusal:
            call(request)
        assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_capacity_and_half_made_resources_keep_their_meaning(stub, cloud: MemoryCloud) -> None:
    cloud.fault = out_of_capacity
    with pytest.raises(grpc.RpcError) as refusal:
        stub.Create(pb.CreateRequest(urn=URN, properties=to_struct({})))
    assert refusal.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "no capacity in zone mem-1a" in refusal.value.details()

    def half(when: str, method: str, urn: str) -> None:
        if when == "after":
            raise InitFailed("thing-9", {"size": 1}, ["not ready after 3 s"])

    cloud.fault = half
    with pytest.raises(grpc.RpcError) as refusal:
        stub.Create(pb.CreateRequest(urn=URN, properties=to_struct({"size": 1})))
    (detail,) = (value for key, value in refusal.value.trailing_metadata() if key == "grpc-status-details-bin")
    failed = pb.ErrorResourceInitFailed()
    status_pb2.Status.FromString(detail).details[0].Unpack(failed)
    assert (failed.id, list(failed.reasons)) == ("thing-9", ["not ready after 3 s"])


def test_a_plug_in_started_by_hand_says_who_starts_it(cloud: MemoryCloud) -> None:
    with pytest.raises(InputError, match="started by the pulumi engine"):
        serve(MemoryProvider(cloud), [])


def test_an_interrupt_by_which_the_engine_ends_its_plug_ins_ends_one_quietly() -> None:
    code = (
        "from rackwright.engine.providers.offline import OfflineProvider\n"
        "from rackwright.engine.providers.plugin import serve\n"
        "serve(OfflineProvider(), ['127.0.0.1:1'])\n"
    )
    plug_in = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert plug_in.stdout is not None
    assert int(plug_in.stdout.readline()) > 0
    plug_in.send_signal(signal.SIGINT)
    assert plug_in.communicate(timeout=30) == ("", "")
    assert plug_in.returncode == 0
