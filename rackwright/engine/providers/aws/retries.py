"""What is tried again, how often and for how long; and what is not, because a second try could do it twice.

botocore's adaptive mode does the waiting (exponential back-off with jitter, slower calls after a throttle); this adds
what it lacks: a bound on the whole time, answers checked against their length, and creations that are never repeated
blindly. A creation without a client token whose answer is lost may have happened: `OutcomeUnknown` says so, and the
caller looks before it tries again.

Sources: AWS SDKs and Tools Reference Guide, "Retry behavior"; AWS Builders' Library, "Timeouts, retries, and backoff
with jitter" and "Making retries safe with idempotent APIs" (2026-11).
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)
from botocore.httpsession import URLLib3Session
from botocore.model import OperationModel

TOTAL_ATTEMPTS = 8
"""Tries of one call, the first included; botocore's ``max_attempts`` counts differently."""
TOTAL_S = 180.0
"""After this long no further try begins; with the last answer awaited a call takes at most `READ_S` more."""
CONNECT_S = 5.0
READ_S = 30.0
"""Longest silence of a connection that was accepted: what is half open is given up then and tried anew."""

REPEATABLE_PREFIXES = ("Describe", "Get", "List", "Head", "Put", "Update", "Modify", "Delete", "Tag", "Untag", "Set")
"""Operations whose second time does no more than the first."""
_REPEATABLE = frozenset(
    ("CreateTags", "CreateRoute", "ReplaceRoute", "CreateOrUpdateTags", "CreateAlias", "EnableKeyRotation", "AddTags")
)
_UNCERTAIN_STATUS = frozenset({500, 502, 504})
_KNOWN_REFUSALS = ("Capacity", "Throttl", "LimitExceeded", "Unavailable", "SlowDown")
"""Parts of codes that come with such a status and say that nothing was done."""


class OutcomeUnknown(Exception):
    """The answer to a creation was lost: whether it happened is not known."""


def is_repeatable(operation: OperationModel) -> bool:
    """Whether a second try cannot do anything twice: by its kind, or because a client token goes with it."""
    name = str(operation.name)
    return name.startswith(REPEATABLE_PREFIXES) or name in _REPEATABLE or bool(operation.idempotent_members)


def is_lost(response: tuple[AWSResponse, dict[str, Any]] | None, caught: BaseException | None) -> bool:
    """Whether the outcome of a try cannot be told from how it ended."""
    if caught is not None:
        return isinstance(caught, HTTPClientError) and not isinstance(
            caught, ConnectTimeoutError | EndpointConnectionError
        )
    if response is None or response[0].status_code not in _UNCERTAIN_STATUS:
        return False
    code = str(response[1].get("Error", {}).get("Code", ""))
    return not any(word in code for word in _KNOWN_REFUSALS)


class Tries:
    """Watches the tries of one client's calls; register `before` and `between` with its events."""

    def __init__(self, total_s: float = TOTAL_S) -> None:
        self._total_s = total_s

    def before(self, context: dict[str, Any], **_: Any) -> None:
        """Event ``before-call``: the clock of the call starts."""
        context["rackwright_began"] = time.monotonic()

    def between(
        self,
        response: tuple[AWSResponse, dict[str, Any]] | None,
        operation: OperationModel,
        caught_exception: BaseException | None,
        request_dict: dict[str, Any],
        **_: Any,
    ) -> None:
        """Event ``needs-retry``, before botocore decides: raise what must not be tried again.

        Raises `OutcomeUnknown`, or what the last try ended with once the time is over.
        """
        if is_lost(response, caught_exception) and not is_repeatable(operation):
            how = caught_exception if response is None else f"HTTP {response[0].status_code}"
            raise OutcomeUnknown(f"the answer to {operation.name} was lost: {how}")
        began = request_dict["context"].get("rackwright_began", time.monotonic())
        if time.monotonic() - began < self._total_s:
            return
        if caught_exception is not None:
            raise caught_exception
        if response is not None and response[0].status_code >= HTTPStatus.BAD_REQUEST:
            raise ClientError(response[1], operation.name)


class Transport:
    """Sends requests and hands over whole answers only. Register `send` with the event ``before-send``.

    botocore itself takes an answer that ends early for a whole one.
    """

    def __init__(self, *, read_s: float = READ_S, connections: int = 32) -> None:
        self._session = URLLib3Session(timeout=(CONNECT_S, read_s), max_pool_connections=connections)

    def send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """The answer to `request`. Raises botocore's `ConnectionClosedError` when it ends early."""
        answer = self._session.send(request)
        length = answer.headers.get("Content-Length")
        if length is not None and request.method != "HEAD" and not request.stream_output:
            have = len(answer.content)
            if have < int(length):
                ended = f"the answer ended after {have} of {length} bytes"
                raise ConnectionClosedError(endpoint_url=request.url, error=ended)
        return answer
