"""Buckets are looked into and emptied: old versions and delete markers too, a locked object not at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from rackwright.diagnostics import InputError, StepFailed
from rackwright.pipeline.removal.bucket_contents import BucketContents
from rackwright.pipeline.removal.clearing import clear_the_way, explained
from rackwright.pipeline.removal.kept_things import BUCKET
from rackwright.pipeline.run import Run

pytestmark = pytest.mark.cloud


def versioned(s3: Any, name: str, **more: Any) -> str:
    s3.create_bucket(Bucket=name, **more)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def test_a_bucket_is_empty_when_no_version_and_no_marker_is_left(emulator) -> None:
    s3, contents = emulator.client("s3"), BucketContents("us-east-1", emulator.url)
    name, told = versioned(s3, "emptied-logs"), []
    assert not contents.has_any(name)
    for number in range(3):
        s3.put_object(Bucket=name, Key="a", Body=str(number).encode())
    s3.delete_object(Bucket=name, Key="a")
    assert "Contents" not in s3.list_objects_v2(Bucket=name), "a listing shows nothing of it"
    assert contents.has_any(name)
    assert contents.empty(name, told.append) == 4
    assert told == [f"{name}: 4 versions deleted"]
    assert not contents.has_any(name)
    s3.delete_bucket(Bucket=name)
    assert not contents.has_any(name), "one that is not there holds nothing"


def test_what_s3_does_not_give_up_is_named(emulator) -> None:
    s3, contents = emulator.client("s3"), BucketContents("us-east-1", emulator.url)
    name = versioned(s3, "kept-trail", ObjectLockEnabledForBucket=True)
    retention = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": "2030-01-01T00:00:00Z"}
    s3.put_object(Bucket=name, Key="record", Body=b"x", **retention)
    with pytest.raises(StepFailed) as problem:
        contents.empty(name, lambda line: None)
    assert problem.value.where == f"s3://{name}/record"
    assert contents.has_any(name)


def real_run(url: str, buckets: list[str], *, data: str, allowed: set[str]) -> Run:
    """A run as of a real stack with these buckets, on an account that the emulator plays."""
    resources = [{"urn": f"urn::{name}", "type": BUCKET, "id": name, "inputs": {}, "protect": True} for name in buckets]
    engine = SimpleNamespace(
        deployment=lambda: {"resources": resources}, outputs=lambda: {"outputs": {"buckets": {"results": data}}}
    )
    run = SimpleNamespace(
        is_local=False,
        endpoint=url,
        allow_replace=frozenset(allowed),
        engine=lambda *, change: engine,
        prepared=SimpleNamespace(design=SimpleNamespace(region="us-east-1")),
        watch=SimpleNamespace(note=lambda line: None),
    )
    return cast("Run", run)


def test_nothing_is_emptied_until_everything_may_go(emulator) -> None:
    s3, contents = emulator.client("s3"), BucketContents("us-east-1", emulator.url)
    records, data = versioned(s3, "clear-records"), versioned(s3, "clear-data")
    for name in (records, data):
        s3.put_object(Bucket=name, Key="a", Body=b"x")
    named = {f"urn::{records}"}
    with pytest.raises(InputError) as refusal:
        clear_the_way(real_run(emulator.url, [records, data], data=data, allowed=named), empty=True)
    assert {one.where for one in refusal.value.problems} == {f"urn::{data}"}
    assert contents.has_any(records), "a refusal changes nothing"
    clear_the_way(real_run(emulator.url, [records, data], data=data, allowed={*named, f"urn::{data}"}), empty=True)
    assert not contents.has_any(records)
    assert not contents.has_any(data)


def test_a_bucket_that_filled_again_has_a_way_out() -> None:
    hint = explained(StepFailed("could not delete it: BucketNotEmpty: not empty"), "h100-train").hint
    assert "--empty-buckets" in str(hint)
    other = StepFailed("could not delete it: AccessDenied")
    assert explained(other, "h100-train") is other
