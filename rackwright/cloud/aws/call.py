"""One AWS API call: what was asked, and how to answer it in the service's own wire format."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

from moto import backends as moto_backends
from moto.core.model import OperationModel, ServiceModel
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.responses import boto3_service_name
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from moto.moto_api._internal import mock_random
from werkzeug.exceptions import NotFound

READ_PREFIXES = (
    *("BatchGet", "Check", "Describe", "Filter", "Get", "Head"),
    *("List", "Lookup", "Query", "Search", "Test", "View"),
)
"""Operations whose names start like this leave the state as it is, so they are not kept for a replay."""

_get_backend: Any = moto_backends.get_backend

_BOTOCORE_NAMES = {"networkfirewall": "network-firewall", "servicequotas": "service-quotas", "ssoadmin": "sso-admin"}
"""moto's name of a service -> botocore's, where moto's own table has none."""

FOREIGN = {"access-analyzer": "accessanalyzer"}
"""Services that moto lacks altogether: name in a signature -> botocore's. What no behaviour answers is refused."""
HOME_OF_FOREIGN = "config"
"""Service of moto in whose backend their things are kept."""


def backends_of(service: str) -> Any:
    """Moto's backends of `service`: account -> region -> backend."""
    return _get_backend(service)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def ok(self) -> bool:
        """True for 2xx and 3xx."""
        return self.status < HTTPStatus.BAD_REQUEST


class ApiError(Exception):
    """A refusal in AWS's words; `status` overrides the HTTP status that the service model gives the code."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


@dataclass
class Call:
    """One request to one operation of one service in one region."""

    environ: dict[str, Any]
    service: str
    """moto's name of the service (``ec2``, ``elbv2``, ``awslambda``)."""
    region: str
    to_moto: Callable[[dict[str, Any]], Reply]
    account: str = DEFAULT_ACCOUNT_ID
    uri_params: dict[str, Any] = field(default_factory=dict)
    changed: bool = False
    """Set by a behaviour that changed something while it read, so that a replay does it again."""

    @cached_property
    def model(self) -> ServiceModel:
        """Botocore's model of the service."""
        known = _BOTOCORE_NAMES.get(self.service) or boto3_service_name.get(self.service, self.service)
        return get_service_model(known)

    @cached_property
    def operation(self) -> OperationModel | None:
        """Model of the operation, or None when the request fits none."""
        try:
            operation, self.uri_params = get_service_router(self.model.service_name).match(self._request())
        except NotFound:
            return None
        return operation

    @property
    def action(self) -> str:
        """Name of the operation (``RunInstances``); HTTP method and path when no operation fits."""
        if self.operation is None:
            return f"{self.environ['REQUEST_METHOD']} {self.environ['PATH_INFO']}"
        return str(self.operation.name)

    @property
    def reads(self) -> bool:
        """Whether the operation leaves the state as it is."""
        return self.action.startswith(READ_PREFIXES)

    @cached_property
    def params(self) -> dict[str, Any]:
        """The parameters, in the shape that a botocore client would be called with."""
        assert self.operation is not None, "params are asked for known operations only"
        request = self._request()
        parser = PROTOCOL_PARSERS[self._protocol()](self.operation)
        asked: dict[str, Any] = parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": self.uri_params,
            }
        )
        return asked

    def state(self, service: str | None = None) -> Any:
        """Moto's backend of `service` (this one by default) for the call's account and region."""
        name = service or self.service
        backends = backends_of(HOME_OF_FOREIGN if name in FOREIGN.values() else name)[self.account]
        return backends[self.region if self.region in backends else "aws"]

    def forward(self) -> Reply:
        """Moto's answer to the call."""
        environ = dict(self.environ)
        environ["wsgi.input"] = io.BytesIO(environ["rackwright.body"])
        return self.to_moto(environ)

    def answer(self, result: Mapping[str, Any] | Exception | None) -> Reply:
        """`result` (a botocore-shaped dict or an exception) in the service's wire format."""
        operation = self.operation or OperationModel({}, self.model)
        serializer = get_serializer_class(self.model.service_name, self._protocol())(
            operation, SerializationContext(request_id=str(mock_random.uuid4()))
        )
        wire = serializer.serialize(result)
        status, body = int(wire["status_code"]), wire["body"]
        if status == HTTPStatus.NO_CONTENT:
            body = b""  # a body after 204 would be taken for the next answer
        return Reply(status, tuple(wire["headers"].items()), body if isinstance(body, bytes) else body.encode())

    def refuse(self, error: ApiError) -> Reply:
        """`error` in the service's wire format."""
        reply = self.answer(error)
        return Reply(error.status, reply.headers, reply.body)

    def _request(self) -> Request:
        environ = dict(self.environ)
        environ["wsgi.input"] = io.BytesIO(environ["rackwright.body"])
        return Request(environ)

    def _protocol(self) -> str:
        return str(determine_request_protocol(self.model, self.environ.get("CONTENT_TYPE", "")))


Behaviour = Callable[[Call], Reply]
"""What a file under ``services/`` offers for one operation: it may forward, answer or raise `ApiError`."""
Behaviours = Mapping[tuple[str, str], Behaviour]
"""Behaviours by (service, action)."""
