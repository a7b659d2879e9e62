"""The WSGI layer round moto: one call at a time, faults first, our behaviours next, moto last, then the journal."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from moto.core.request import Request
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app

from rackwright.cloud.aws import broken, lifecycle
from rackwright.cloud.aws.call import FOREIGN, ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.determinism import seed_every_source
from rackwright.cloud.aws.faults import FAULTS_PATH, Fault, FaultPlan
from rackwright.cloud.aws.journal import Entry, Journal
from rackwright.cloud.aws.luck import Luck, in_force, refusal
from rackwright.cloud.aws.services import BEHAVIOURS, quotas
from rackwright.cloud.aws.tokens import once
from rackwright.diagnostics import InputError

log = logging.getLogger(__name__)

DEFAULT_REGION = "us-east-1"
INSTANCE_SERVICES = frozenset({"ec2", "autoscaling", "eks"})

_SCOPE = re.compile(r"Credential=[^/,]+/[^/,]+/(?P<region>[^/,]+)/(?P<service>[^/,]+)/aws4_request")

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
        self._moto = _Applications(create_backend_app)
        self._journal, self._faults, self._on_change = journal, faults, on_change
        self._behaviours = behaviours
        self._lock = threading.RLock()
        self._seeded: set[str] = set()
        self.stopping = threading.Event()
        """Set before the server stops, so that connections that are held open end."""

    @property
    def lock(self) -> threading.RLock:
        """Held while a call is answered; hold it to look at moto's backends."""
        return self._lock

    def restore(self) -> int:
        """Bring back what the journal knows; returns how many calls were replayed on top of the snapshot."""
        with self._lock, lifecycle.at_once():
            entries = self._journal.load()
            for entry in entries:
                with in_force(Luck(None, entry.struck)):
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
        if environ["PATH_INFO"] == FAULTS_PATH:
            return _send(self._tell_faults(), environ, start_response)
        with self._lock:
            call = self._call(environ)
            fault = self._fault(call)
        if fault is None:
            return _send(self._carry_out(call), environ, start_response)
        return self._strike(fault, call, start_response)

    def _fault(self, call: Call) -> Fault | ApiError | None:
        """What the plan has for `call`; a broken plan is told to every caller."""
        try:
            fault = self._faults.next_for(call.service, call.action)
        except InputError as wrong:
            return ApiError("FaultPlanBroken", "; ".join([wrong.summary, *(p.summary for p in wrong.problems)]))
        lifecycle.pace.scale = self._faults.plan.time_scale
        quotas.lowered.values = self._faults.plan.quotas
        return fault

    def _strike(self, fault: Fault | ApiError, call: Call, start_response: StartResponse) -> Iterable[bytes]:
        if isinstance(fault, ApiError):
            return _send(call.refuse(fault), call.environ, start_response)
        self.stopping.wait(fault.delay_s)
        if fault.error:
            return _send(call.refuse(refusal(fault, call.service)), call.environ, start_response)
        if fault.connection == "whole":
            return _send(self._carry_out(call), call.environ, start_response)
        reply = self._carry_out(call) if fault.takes_effect else call.answer(None)
        if fault.connection == "silent":
            broken.hold(call.environ, self.stopping)
        (whole,) = _send(reply, call.environ, start_response)
        return broken.cut(call.environ, whole)

    def _carry_out(self, call: Call) -> Reply:
        with self._lock:
            seed, started = self._journal.new_seed(), time.monotonic()
            luck = Luck(self._faults)
            with in_force(luck):
                reply = self._answer(call, seed)
            if reply.ok and (call.changed or not call.reads):
                entry = Entry.of(call.environ, seed, luck.struck)
                self._journal.append(entry, time.monotonic() - started)
        if call.service in INSTANCE_SERVICES and (call.changed or not call.reads):
            self._on_change()
        return reply

    def _tell_faults(self) -> Reply:
        """The plan's faults and how often each has struck, as JSON."""
        with self._lock:
            plan = self._faults.read()
            found = [
                {**fault.model_dump(mode="json"), "struck": count}
                for fault, count in zip(plan.faults, self._faults.struck(), strict=True)
            ]
        return Reply(HTTPStatus.OK, (("Content-Type", "application/json"),), json.dumps({"faults": found}).encode())

    def _call(self, environ: dict[str, Any]) -> Call:
        environ["wsgi.input"] = io.BytesIO(environ["rackwright.body"])
        if (foreign := FOREIGN.get(_scope(environ, "service") or "")) is not None:
            return Call(environ, foreign, _region(environ), _not_in_moto)
        app: Any = self._moto.get_application(environ)
        if app.service not in self._seeded:
            seed_every_source()  # asking for the application has imported the service
            self._seeded.add(app.service)
        return Call(environ, app.service, _region(environ), partial(_run, app))

    def _answer(self, call: Call, seed: int) -> Reply:
        mock_random.seed(seed)
        behaviour = self._behaviours.get((call.service, call.action), Call.forward)
        try:
            reply = once(call, behaviour)
        except ApiError as error:
            return call.refuse(error)
        except NotImplementedError:
            return call.refuse(_not_implemented(call))
        except Exception as bug:
            log.exception("call broke", extra={"service": call.service, "action": call.action})
            message = f"the local AWS broke in {call.service}:{call.action}: {type(bug).__name__}: {bug}"
            return call.refuse(ApiError("InternalFailure", message, HTTPStatus.INTERNAL_SERVER_ERROR))
        return reply if _understood(call, reply) else call.refuse(_not_implemented(call))


class _Applications(DomainDispatcherApplication):
    """moto's applications by host. moto lists its own folder to find each; a host's service does not change."""

    def __init__(self, create: Callable[[Any], Any]) -> None:
        super().__init__(create)
        self._service_of: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """Service that answers for `host`; None when moto must look at the request itself."""
        if host not in self._service_of:
            self._service_of[host] = super().get_backend_for_host(host)
        return self._service_of[host]


def _run(app: Any, environ: dict[str, Any]) -> Reply:
    """What moto's application `app` answers."""
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    return Reply(int(status.split()[0]), tuple(headers.items()), b"".join(body))


def _send(reply: Reply, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    """Start the answer; returns its body."""
    headers = [(name, value) for name, value in reply.headers if name.lower() not in {"content-length", "status"}]
    start_response(f"{reply.status} {_phrase(reply.status)}", [*headers, ("Content-Length", str(len(reply.body)))])
    return [reply.body if environ["REQUEST_METHOD"] != "HEAD" else b""]


def _region(environ: dict[str, Any]) -> str:
    """Region of the credential scope (``Credential=AKID/date/region/service/aws4_request``)."""
    return _scope(environ, "region") or DEFAULT_REGION


def _scope(environ: dict[str, Any], part: str) -> str | None:
    match = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return match[part] if match else None


def _not_in_moto(environ: dict[str, Any]) -> Reply:
    """There is nothing to forward to."""
    raise NotImplementedError(environ["PATH_INFO"])


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
