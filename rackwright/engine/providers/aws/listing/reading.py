"""A `Cloud` that only reads: it refuses other operations, follows pages, and remembers what a list told."""

from __future__ import annotations

import json
import threading
from typing import Any

from botocore import xform_name
from botocore.config import Config

from rackwright.diagnostics import StepFailed
from rackwright.engine.providers.aws.cloud import Cloud, Settings
from rackwright.engine.providers.aws.resource import pick

READS = ("Describe", "Get", "List", "Head", "Lookup", "Search", "BatchGet", "GenerateCredentialReport")
"""How operations begin that change nothing; making a credential report is one."""
TOTAL_ATTEMPTS = 10
"""Tries of one call while AWS throttles; adaptive mode slows all calls of the client down together."""
WORKERS = 16
"""Calls at a time, and connections kept open to each service."""

Action = tuple[str, str]
"""(service, operation) in botocore's words."""


class ReadOnlyCloud(Cloud):
    """Reads with the credentials of the ordinary chain, or with fixed ones where an endpoint is given (rehearsal)."""

    def __init__(self, region: str, endpoint: str | None = None) -> None:
        super().__init__(Settings(region, "local", "local", endpoint=endpoint))
        self._told: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._answers: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._used: set[Action] = set()
        self._made = threading.Lock()

    @property
    def used(self) -> frozenset[Action]:
        """Operations that were called."""
        with self._made:
            return frozenset(self._used)

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """See `Cloud.call`; what was answered once, or what a list told of the one thing, is not asked again."""
        known = self._remembered(service, operation, params)
        if known is not None:
            return known
        self._note(service, operation)
        question = (service, operation, json.dumps(params, sort_keys=True, default=str))
        if question not in self._answers:
            self._answers[question] = super().call(service, operation, **params)
        return self._answers[question]

    def listed(self, service: str, operation: str, items: str, **params: Any) -> list[Any]:
        """Everything that JMESPath `items` finds in all pages of `operation`."""
        self._note(service, operation)
        client, method = self.client(service), xform_name(operation)
        pages = (
            client.get_paginator(method).paginate(**params)
            if client.can_paginate(method)
            else [getattr(client, method)(**params)]
        )
        return [item for page in pages for item in pick(items, page) or []]

    def remember(self, service: str, operation: str, items: str, key: str, found: list[Any]) -> None:
        """Answer later calls of `operation` for one of `found` (by its member `key`) without asking again."""
        for item in found:
            answer = item
            for name in reversed(items.removesuffix("[]").split("[].")):
                answer = {name: [answer]}
            self._told[service, operation, str(item[key])] = answer

    def _remembered(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any] | None:
        if len(params) != 1:
            return None
        (value,) = params.values()
        one = value[0] if isinstance(value, list) and len(value) == 1 else value
        return self._told.get((service, operation, one)) if isinstance(one, str) else None

    def _note(self, service: str, operation: str) -> None:
        if not operation.startswith(READS):
            raise StepFailed(f"{service}:{operation} is no read-only operation", where="live audit")
        with self._made:
            self._used.add((service, operation))

    def _new_client(self, service: str) -> Any:
        local = {"aws_access_key_id": "local", "aws_secret_access_key": "local"} if self.settings.endpoint else {}
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": TOTAL_ATTEMPTS},
            connect_timeout=5,
            read_timeout=30,
            max_pool_connections=WORKERS,
            s3={"addressing_style": "path"} if self.settings.endpoint else {},
        )
        return self._session.create_client(
            service, region_name=self.region, endpoint_url=self.settings.endpoint, config=config, **local
        )
