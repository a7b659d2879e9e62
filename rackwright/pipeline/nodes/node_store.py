"""The stack's bucket of bundles and reports, and the secrets of its nodes: all that pull asks of the cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rackwright.design.boot import CURRENT, REPORTS
from rackwright.diagnostics import StepFailed
from rackwright.pipeline.aws_client import aws_client


@dataclass
class NodeStore:
    """One bucket; on AWS with the credentials of the environment."""

    bucket: str
    region: str
    endpoint: str | None = None
    """URL of the local AWS API; None means AWS."""

    def publish(self, digest: str, data: bytes) -> None:
        """Make `data` the bundle that nodes take; it is kept under its digest too. StepFailed when refused."""
        for key in (f"bundles/{digest}", CURRENT):
            self._ask("put the bundle", "s3", "put_object", Bucket=self.bucket, Key=key, Body=data)

    def current(self) -> bytes | None:
        """The bundle that nodes take now; None when there is none yet."""
        try:
            found: bytes = self._client("s3").get_object(Bucket=self.bucket, Key=CURRENT)["Body"].read()
        except ClientError as problem:
            if problem.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return None
            raise StepFailed(f"could not read the bundle: {problem}", where=self.bucket) from problem
        return found

    def versions(self) -> Mapping[str, str]:
        """Instance id -> what changes when its report does."""
        found: dict[str, str] = {}
        more: dict[str, Any] = {}
        while True:
            page = self._ask("list reports", "s3", "list_objects_v2", Bucket=self.bucket, Prefix=REPORTS, **more)
            for one in page.get("Contents", ()):
                found[one["Key"].removeprefix(REPORTS).removesuffix(".json")] = one["ETag"]
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def report(self, instance_id: str) -> bytes:
        """The report of one instance."""
        key = f"{REPORTS}{instance_id}.json"
        answer = self._ask("read a report", "s3", "get_object", Bucket=self.bucket, Key=key)
        body: bytes = answer["Body"].read()
        return body

    def keep_secret(self, name: str, text: str) -> None:
        """Give a declared secret its value, unless it has this one already."""
        client = self._client("secretsmanager")
        try:
            if client.get_secret_value(SecretId=name)["SecretString"] == text:
                return
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "ResourceNotFoundException":
                raise StepFailed(f"could not read secret {name}: {problem}", where=name) from problem
        self._ask(f"fill secret {name}", "secretsmanager", "put_secret_value", SecretId=name, SecretString=text)

    def _ask(self, what: str, service: str, operation: str, **asked: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client(service), operation)(**asked)
        except (BotoCoreError, ClientError) as problem:
            raise StepFailed(f"could not {what}: {problem}", where=self.bucket) from problem
        return answer

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = aws_client(service, self.region, self.endpoint)
        return self._clients[service]

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}
