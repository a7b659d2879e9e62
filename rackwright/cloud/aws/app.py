"""The WSGI layer round moto: one call at a time, faults first, our behaviours next, moto last, then the journal."""

from __future__ import annotations

import io
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from moto.core.request import Request
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.determinism import seed_every_source
from rackwright.cloud.aws.faults import FaultPlan
from rackwright.cloud.aws.journal import Entry, Journal
from rackwright.cloud.aws.services import BEHAVIOURS

log = logging.getLogger(__name__)

DEFAULT_REGION = "us-east-1"
INSTANCE_SERVICES = frozenset({"ec2", "autoscaling"})

_SCOPE = re.compile(r"Credential=[^/,]+/[^/,]+/(?P<region>[^/,]+)/[^/,]+/aws4_request")

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Emulator:
    """Answers AWS API calls; its instances and its state outlive the process through the journal.

    moto's backends are plain dicts changed without locks, so calls are answered one at a time.
    """

    def __init__(
        self,
        journal: Journal,
        faults: FaultPlan,
        on_change: Callable[[], None],
        behaviours: Behaviours = BEHAVIOURS,
    ) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._journal, self._faults, self._on_change = journal, faults, on_change
        self._behaviours = behaviours
        self._lock = threading.RLock()
        self._seeded: set[str] = set()

    @property
    def lock(self) -> threading.RLock:
        """Held while a call is answered; hold it to look at moto's backends."""
        return self._lock

    def restore(self) -> int:
        """Bring back what the journal knows; returns how many calls were replayed on top of the snapshot."""
        with self._lock:
            entries = self._journal.load()
            for entry in entries:
                reply = self._answer(self._call(entry.environ()), entry.seed)
                if not reply.ok:
                    log.warning("replay refused", extra={"path": entry.path, "status": reply.status})
            if entries:
                self._journal.snapshot()
            return len(entries)

    def save(self) -> None:
        """Write a snapshot now, so that the next start replays nothing."""
        with self._lock:
            self._journal.snapshot()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry point."""
        environ["rackwright.body"] = Request(environ).get_data(cache=False)
        environ["CONTENT_LENGTH"] = str(len(environ["rackwright.body"]))
        reply = self._handle(environ)
        headers = [(name, value) for name, value in reply.headers if name.lower() not in {"content-length", "status"}]
        start_response(f"{reply.status} {_phrase(reply.status)}", [*headers, ("Content-Length", str(len(reply.body)))])
        return [reply.body if environ["REQUEST_METHOD"] != "HEAD" else b""]

    def _handle(self, environ: dict[str, Any]) -> Reply:
        with self._lock:
            call = self._call(environ)
            fault = self._faults.next_for(call.service, call.action)
        if fault is not None:
            time.sleep(fault.delay_s)
            if fault.error:
                return call.refuse(ApiError(fault.error, f"fault plan: {fault.message}", fault.status))
        with self._lock:
            seed, started = self._journal.new_seed(), time.monotonic()
            reply = self._answer(call, seed)
            if reply.ok and not call.reads:
                self._journal.append(Entry.of(environ, seed), time.monotonic() - started)
        if call.service in INSTANCE_SERVICES and not call.reads:
            self._on_change()
        return reply

    def _call(self, environ: dict[str, Any]) -> Call:
        environ["wsgi.input"] = io.BytesIO(environ["rackwright.body"])
        app: Any = self._moto.get_application(environ)
        if app.service not in self._seeded:
            seed_every_source()  # asking for the application has imported the service
            self._seeded.add(app.service)
        return Call(environ, app.service, _region(environ), self._run_moto)

    def _run_moto(self, environ: dict[str, Any]) -> Reply:
        body, status, headers = run_wsgi_app(self._moto, environ, buffered=True)
        return Reply(int(status.split()[0]), tuple(headers.items()), b"".join(body))

    def _answer(self, call: Call, seed: int) -> Reply:
        mock_random.seed(seed)
        behaviour = self._behaviours.get((call.service, call.action), Call.forward)
        try:
            reply = behaviour(call)
        except ApiError as error:
            return call.refuse(error)
        except NotImplementedError:
            return call.refuse(_not_implemented(call))
        except Exception as bug:
            log.exception("call broke", extra={"service": call.service, "action": call.action})
            message = f"the local AWS broke in {call.service}:{call.action}: {type(bug).__name__}: {bug}"
            return call.refuse(ApiError("InternalFailure", message, HTTPStatus.INTERNAL_SERVER_ERROR))
        return reply if _understood(call, reply) else call.refuse(_not_implemented(call))


def _region(environ: dict[str, Any]) -> str:
    """Region of the credential scope (``Credential=AKID/date/region/service/aws4_request``)."""
    match = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return match["region"] if match else DEFAULT_REGION


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _understood(call: Call, reply: Reply) -> bool:
    """Moto answers what it does not implement with an HTML page; S3 has HTML-free errors, so HTML is never AWS's."""
    html = reply.body[:100].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    return not html or (reply.ok and call.service == "s3")


def _not_implemented(call: Call) -> ApiError:
    return ApiError(
        "NotImplemented",
        f"the local AWS does not implement {call.model.service_name}:{call.action}",
        HTTPStatus.NOT_IMPLEMENTED,
    )
