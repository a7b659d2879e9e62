"""Run the emulator: bind, bring the state back, answer until told to stop."""

from __future__ import annotations

import ipaddress
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from rackwright.cloud.aws.app import Emulator
from rackwright.cloud.aws.determinism import seed_every_source
from rackwright.cloud.aws.faults import FaultPlan
from rackwright.cloud.aws.journal import Journal
from rackwright.cloud.aws.services import install
from rackwright.diagnostics import InputError, StepFailed

log = logging.getLogger(__name__)

MOTO_SETTINGS = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false", "MOTO_IAM_LOAD_MANAGED_POLICIES": "false"}
"""No foreign images and no 24 MB of managed policies: `services.iam` adds a managed policy when a role asks for it."""


class _Handler(MotoRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        log.debug("answered", extra={"request": self.requestline, "code": code, "size": size})


@dataclass(frozen=True, slots=True)
class Running:
    """A started emulator."""

    emulator: Emulator
    port: int
    _server: BaseWSGIServer
    _thread: Thread

    def stop(self) -> None:
        """Stop answering and write a snapshot, so that the next start is quick."""
        self.emulator.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.emulator.save()

    def wait(self) -> None:
        """Block until something stops the server."""
        self._thread.join()


def serve(
    host: str,
    port: int,
    state_dir: Path,
    faults_path: Path | None = None,
    on_change: Callable[[], None] = lambda: None,
) -> Running:
    """Answer AWS API calls on `host`:`port` (0: any free one) from threads of this process; returns once it does.

    `on_change` is called after each call that may have changed instances, outside the emulator's lock; keep it short.
    Raises `InputError` for an address that other machines could reach and `StepFailed` when the port is in use.
    """
    _only_local(host)
    os.environ.update(MOTO_SETTINGS)
    install()
    seed_every_source()
    emulator = Emulator(Journal(state_dir), FaultPlan(faults_path), on_change)
    server = _bind(host, port, emulator)
    emulator.restore()
    thread = Thread(target=server.serve_forever, name="local-aws", daemon=True)
    thread.start()
    return Running(emulator, int(server.port), server, thread)


@contextmanager
def also_on(host: str, running: Running) -> Iterator[None]:
    """Answer the same calls at the same port of another address of this machine too, while the block runs."""
    _only_local(host)
    server = _bind(host, running.port, running.emulator)
    thread = Thread(target=server.serve_forever, name="local-aws-bridge", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _only_local(host: str) -> None:
    address = ipaddress.ip_address(host)
    if not (address.is_loopback or address.is_private) or address.is_unspecified:
        raise InputError(
            f"the local AWS would listen on {host}, which other machines may reach",
            hint="use 127.0.0.1 or the address of the local cloud's bridge",
        )


def _bind(host: str, port: int, emulator: Emulator) -> BaseWSGIServer:
    try:
        return make_server(host, port, emulator, threaded=True, request_handler=_Handler)
    except (OSError, SystemExit) as cause:  # werkzeug turns "address in use" into an exit
        raise StepFailed(
            f"the local AWS cannot listen on {host}:{port}: {_reason(cause)}",
            hint=f"see what holds the port (ss -ltnp 'sport = :{port}') or choose another one",
        ) from cause


def _reason(cause: BaseException) -> str:
    return cause.strerror or str(cause) if isinstance(cause, OSError) else "the address is in use"
