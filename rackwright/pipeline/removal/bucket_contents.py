"""What lies in a bucket: whether there is anything, and all of it away, with every version and delete marker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rackwright.diagnostics import StepFailed
from rackwright.pipeline.aws_client import aws_client

GONE = frozenset({"NoSuchBucket", "404"})


@dataclass
class BucketContents:
    """S3 of one region; on AWS with the credentials of the environment."""

    region: str
    endpoint: str | None = None
    """URL of the local AWS API; None means AWS."""

    def has_any(self, bucket: str) -> bool:
        """Whether `bucket` holds an object, an old version or a delete marker. False for one that is not there."""
        with self._told("look into", bucket):
            try:
                found = self._s3.list_object_versions(Bucket=bucket, MaxKeys=1)
            except ClientError as problem:
                if problem.response["Error"]["Code"] in GONE:
                    return False
                raise
        return bool(found.get("Versions") or found.get("DeleteMarkers"))

    def empty(self, bucket: str, on_progress: Callable[[str], None]) -> int:
        """Delete everything in `bucket`; how many versions. `StepFailed` names the first that S3 would not give up."""
        gone = 0
        with self._told("empty", bucket):
            for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
                found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
                if not found:
                    continue
                listed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
                answer = self._s3.delete_objects(Bucket=bucket, Delete={"Objects": listed, "Quiet": True})
                for refused in answer.get("Errors", ()):
                    why = f"{refused.get('Code')}: {refused.get('Message')}"
                    raise StepFailed(f"could not empty {bucket}: {why}", where=f"s3://{bucket}/{refused.get('Key')}")
                gone += len(listed)
                on_progress(f"{bucket}: {gone} versions deleted")
        return gone

    @contextmanager
    def _told(self, what: str, bucket: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError) as problem:
            hint = "s3:ListBucketVersions and s3:DeleteObjectVersion are needed"
            raise StepFailed(f"could not {what} bucket {bucket}: {problem}", where=bucket, hint=hint) from problem

    @cached_property
    def _s3(self) -> Any:
        return aws_client("s3", self.region, self.endpoint)
