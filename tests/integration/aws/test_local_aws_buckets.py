"""Buckets are looked into and emptied: old versions and delete markers too, a locked object not at all."""

from __future__ import annotations

from typing import Any

import pytest

from rackwright.diagnostics import StepFailed
from rackwright.pipeline.bucket_contents import BucketContents

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
