"""The AWS emulator for `benchmarks.kills`: ids that repeat, and a count of everything that exists.

    python -m benchmarks.kill_cloud

Prints its port. The same request gets the same ids in every process (a second one of the same content gets others, so
that a double shows), hence recorded registrations, which hold ids, can be fed to the engine again. ``GET /inventory``
counts what moto's backends hold, by service, region and collection. Nothing is written to disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Any

from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from rackwright.cloud.aws.app import Emulator
from rackwright.cloud.aws.call import Call, Reply
from rackwright.cloud.aws.determinism import seed_every_source
from rackwright.cloud.aws.faults import FaultPlan
from rackwright.cloud.aws.journal import Journal
from rackwright.cloud.aws.server import MOTO_SETTINGS
from rackwright.cloud.aws.services import install

INVENTORY = "/inventory"
TOKEN = re.compile(
    rb"(?i)((?:(?:client|clientrequest|idempotency|request)token|creatorrequestid)\W{1,4})[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
"""What the SDK makes up anew for each request."""


class Forgetful(Journal):
    """Keeps nothing: a killed emulator is not what is looked at here."""

    def append(self, *_: object) -> None:
        """Let it go."""


class SteadyEmulator(Emulator):
    """The emulator, with random seeds made from what is asked and how often it was asked before."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Forgetful(folder), FaultPlan(None), lambda: None)
        self._asked: Counter[str] = Counter()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        """WSGI entry point, with the inventory beside AWS."""
        if environ["PATH_INFO"] == INVENTORY:
            with self.lock:
                body = json.dumps(inventory()).encode()
            start_response("200 OK", [("Content-Length", str(len(body)))])
            return [body]
        return super().__call__(environ, start_response)

    def _answer(self, call: Call, seed: int) -> Reply:
        del seed
        said = hashlib.sha256(f"{call.environ['PATH_INFO']}?{call.environ.get('QUERY_STRING')}".encode())
        said.update(TOKEN.sub(rb"\1", call.environ["rackwright.body"]))
        text = f"{call.service}:{call.action}:{said.hexdigest()}"
        with self.lock:
            if not call.reads:
                self._asked[text] += 1
            count = self._asked[text]
        return super()._answer(call, int(hashlib.sha256(f"{text}:{count}".encode()).hexdigest()[:15], 16))


def inventory() -> dict[str, int]:
    """Number of things in every collection of every backend: ``ec2/us-east-1/vpcs`` -> 2."""
    found: dict[str, int] = {}
    for backends in vars(BackendDict)["_instances"]:
        for _, region, backend in backends.iter_backends():
            for name, value in vars(backend).items():
                if isinstance(value, dict | list | set) and value:
                    found[f"{backends.service_name}/{region}/{name}"] = _size(value)
    return found


def _size(value: Any) -> int:
    """Leaves of nested collections, for some are kept by region or by owner first."""
    if isinstance(value, dict):
        return sum(_size(item) for item in value.values())
    return sum(_size(item) for item in value) if isinstance(value, list | set | tuple) else 1


class Quiet(MotoRequestHandler):
    """A connection that stays open and is not logged."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object) -> None:
        """Say nothing."""


def main() -> int:
    os.environ.update(MOTO_SETTINGS)
    install()
    seed_every_source()
    with tempfile.TemporaryDirectory() as folder:
        server = make_server("127.0.0.1", 0, SteadyEmulator(Path(folder)), threaded=True, request_handler=Quiet)
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()  # until whoever started it is gone
    return 0


if __name__ == "__main__":
    sys.exit(main())
