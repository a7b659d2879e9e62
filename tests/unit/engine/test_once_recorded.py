"""A state of the time when a type was kept in the state only, under a version that carries the type out."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as pb

from rackwright.diagnostics import ClusterError
from rackwright.engine.providers.aws import AwsProvider
from rackwright.engine.providers.aws.recorded import PREFIX
from rackwright.engine.providers.aws.types import TYPES
from rackwright.engine.providers.memory import MemoryProvider
from tests.unit.engine.conftest import Rig, Thing, ops
from tests.unit.engine.test_nothing_is_lost import Fault, Killed, Saboteur


class Older(MemoryProvider):
    """Keeps everything in the state only."""

    def recorded(self, type_: str) -> bool:
        return bool(type_)

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        answer = super().Create(request, context)
        self.cloud.things.clear()
        return answer if request.preview else pb.CreateResponse(id=f"{PREFIX}1", properties=answer.properties)


class Newer(MemoryProvider):
    """Carries everything out."""

    def never_made(self, type_: str, id_: str) -> bool:
        return id_.startswith(PREFIX) and bool(type_)


def program() -> None:
    first = Thing("first", {"size": 1}, protect=True)
    Thing("second", {"from": first.computed})


@pytest.fixture
def old(tmp_path: Path) -> Rig:
    """A stack that the older version brought up."""
    rig = Rig(tmp_path, program=program, provider=Older)
    rig.up()
    assert not rig.cloud.things
    rig.provider = Newer
    return rig


def test_up_creates_what_was_only_recorded(old: Rig) -> None:
    assert ops(old.preview()) == {"first": "create", "second": "create"}
    assert ops(old.up()) == {"first": "create", "second": "create"}
    old.check_truth()
    assert len(old.cloud.things) == 2
    assert old.up().unchanged


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(2))
def test_a_kill_while_it_is_created_leaves_neither_an_orphan_nor_a_double(old: Rig, at: int, when: str) -> None:
    old.cloud.fault = Saboteur(Fault(at, when, kills=True))
    with suppress(ClusterError, Killed):
        old.up()
    old.cloud.fault = Saboteur(None)
    old.up()
    old.check_truth()
    assert len(old.cloud.things) == 2
    assert not [r for r in old.snapshot.resources if r.delete or r.id.startswith(PREFIX)]
    assert old.up().unchanged


def test_destroy_needs_no_call_that_means_anything(old: Rig) -> None:
    old.destroy(unprotect=True)
    assert not old.snapshot.resources


def test_refresh_says_that_it_is_not_there_and_the_next_up_creates_it(old: Rig) -> None:
    assert ops(old.refresh()) == {"first": "delete", "second": "delete"}
    old.up()
    old.check_truth()
    assert len(old.cloud.things) == 2


def test_the_aws_provider_asks_the_cloud_nothing_about_an_id_that_no_cloud_gave() -> None:
    provider, id_ = AwsProvider(), f"{PREFIX}0123456789abcdef"
    for type_ in TYPES:
        urn = f"urn:pulumi:s::p::{type_}::x"
        assert provider.never_made(type_, id_)
        assert provider.Delete(pb.DeleteRequest(urn=urn, id=id_)) == Empty()
        assert provider.Read(pb.ReadRequest(urn=urn, id=id_)) == pb.ReadResponse()
    assert not provider.never_made("aws:not/carried:Out", id_), "what is recorded now as well stays as it is"
