"""One region of one account, as the provider reaches it: shared clients, bounded retries, errors in our words."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from rackwright.engine.providers.aws.retries import TOTAL_ATTEMPTS, Transport, Tries
from rackwright.engine.providers.aws.shapes import NO_NAMES, Names, Props, to_api

CONNECTIONS = 32
"""Connections of one client to its service that are kept open."""
GONE = ("NotFound", "NoSuch", "DoesNotExist", "InvalidPlacementGroup.Unknown")
"""Parts of the error codes that say: there is no such thing."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the provider was configured with."""

    region: str
    access_key: str
    secret_key: str
    token: str | None = None
    endpoint: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Endpoint by pulumi-aws's name of the service."""
    default_tags: Mapping[str, str] = field(default_factory=dict)


class Cloud:
    """Calls to AWS. Clients are made once and used from all threads, which botocore allows for clients."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.region = settings.region
        self.partition = "aws"
        self._session = botocore.session.Session()
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """The client of a service, by botocore's name."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._new_client(service)
            return self._clients[service]

    def _new_client(self, service: str) -> Any:
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": TOTAL_ATTEMPTS},
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            parameter_validation=False,
        )
        client = self._session.create_client(
            service,
            region_name=self.region,
            endpoint_url=self.settings.endpoints.get(service, self.settings.endpoint),
            aws_access_key_id=self.settings.access_key,
            aws_secret_access_key=self.settings.secret_key,
            aws_session_token=self.settings.token,
            config=config,
        )
        tries, transport = Tries(), Transport(connections=CONNECTIONS)
        client.meta.events.register("before-call", tries.before)
        client.meta.events.register_first("needs-retry", tries.between)
        client.meta.events.register_last("before-send", transport.send)
        return client

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Answer of one operation; parameters that are None are left out. Raises botocore's `ClientError`."""
        method = getattr(self.client(service), xform_name(operation))
        answer: dict[str, Any] = method(**{key: value for key, value in params.items() if value is not None})
        return answer

    def find(self, service: str, operation: str, **params: Any) -> dict[str, Any] | None:
        """Like `call`, but None when there is no such thing."""
        try:
            return self.call(service, operation, **params)
        except ClientError as error:
            if is_gone(error):
                return None
            raise

    def params(self, service: str, operation: str, props: Props, names: Names = NO_NAMES) -> dict[str, Any]:
        """Parameters of `operation` from properties."""
        shape = self.client(service).meta.service_model.operation_model(operation).input_shape
        found: dict[str, Any] = to_api(shape, props, names)
        return found

    @cached_property
    def account(self) -> str:
        """Id of the account behind the credentials."""
        return str(self.call("sts", "GetCallerIdentity")["Account"])

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """ARN of a resource of this account."""
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account}:{resource}"


def code_of(error: ClientError) -> str:
    """AWS's error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_gone(error: ClientError) -> bool:
    """Whether the error says that the thing does not exist."""
    code = code_of(error)
    return code == "404" or any(word in code for word in GONE)
