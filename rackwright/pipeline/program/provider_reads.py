"""Read-only questions to AWS. What cannot be answered is an `Unread` with the reason, never an empty answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import ServiceModel

from rackwright.preflight.online import Unread

_DENIED = ("Unauthorized", "AccessDenied", "AuthFailure", "OptInRequired", "InvalidClientTokenId", "ExpiredToken")
SERVER_ERRORS = 500
"""HTTP statuses from here on are the server's own trouble."""
_BUSY = ("RequestLimitExceeded", "Throttling", "ServiceUnavailable", "InternalError", "InternalFailure", "Unavailable")


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider understood the question and said no."""

    code: str
    message: str


Reply = Mapping[str, Any] | Refused | Unread


class Reader(Protocol):
    """What the online checks ask of a provider."""

    @property
    def ec2(self) -> ServiceModel:
        """Botocore's model of the EC2 API."""

    def read(self, service: str, operation: str, **params: Any) -> Reply:
        """The whole answer of a read-only operation, all pages of it."""


def reply_to(problem: Exception, action: str) -> Refused | Unread:
    """What an exception of botocore means for a check. `action` names the permission: ``ec2:DescribeVpcs``."""
    if not isinstance(problem, ClientError):
        return Unread(str(problem).strip() or type(problem).__name__)
    error = problem.response.get("Error", {})
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    status = int(problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code.startswith(_DENIED):
        return Unread(f"no permission for {action} ({code})")
    if code.startswith(_BUSY) or status >= SERVER_ERRORS:
        return Unread(f"{action} gave no answer ({code or status})")
    return Refused(code, message)


@dataclass
class BotoReader:
    """Asks AWS, or the local AWS API at `endpoint`."""

    region: str
    endpoint: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    def read(self, service: str, operation: str, **params: Any) -> Reply:
        """See `Reader`."""
        method = xform_name(operation)
        try:
            client = self._client(service)
            if client.can_paginate(method):
                whole: Mapping[str, Any] = client.get_paginator(method).paginate(**params).build_full_result()
                return whole
            answer: Mapping[str, Any] = getattr(client, method)(**params)
        except (ClientError, BotoCoreError) as problem:
            return reply_to(problem, f"{service}:{operation}")
        return answer

    @cached_property
    def ec2(self) -> ServiceModel:
        """Botocore's model of EC2; needs no credentials."""
        model: ServiceModel = self._session.get_service_model("ec2")
        return model

    @cached_property
    def _session(self) -> Any:
        return botocore.session.Session()

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            config = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3, "mode": "standard"})
            local = {"aws_access_key_id": "local", "aws_secret_access_key": "local"} if self.endpoint else {}
            self._clients[service] = self._session.create_client(
                service, region_name=self.region, endpoint_url=self.endpoint, config=config, **local
            )
        return self._clients[service]
