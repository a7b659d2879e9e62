"""Services that machines use, on the bridge's address only: package cache, image registry, package folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rackwright.cloud import builder, process, program, registry
from rackwright.cloud.settings import CloudSettings
from rackwright.design.boot import METADATA_PORT
from rackwright.diagnostics import ClusterError, StepFailed

MOST_CACHES = 32
"""Clouds on one machine that may share a cache folder; each has a package cache of its own while it runs."""
_SUPPORT = Path("/usr/lib/apt-cacher-ng")
_BACKENDS = Path("/etc/apt-cacher-ng")


AWS_API = "AWS API"
APT_CACHE = "apt-cache"
RESTART_S = 5.0
"""A service that ended is started again after this time, so that one that cannot run does not keep us busy."""


@dataclass(slots=True)
class Services:
    """Keeps the services of one cloud running."""

    settings: CloudSettings
    clock: Callable[[], float] = time.monotonic
    _started_at: dict[str, float] = field(default_factory=dict)

    def keep_running(self) -> tuple[str, ...]:
        """Start what does not run; return one line for each thing that cannot."""
        running = {one.role for one in process.find(self.settings.root)}
        problems = []
        for role, start in ((APT_CACHE, start_apt_cache), (registry.ROLE, registry.start_registry)):
            if role not in running and (why := self._revive(role, start)):
                problems.append(f"{role}: {why}")
        if not builder.is_published(self.settings):
            if why := builder.complaint(self.settings):
                problems.append(why)
            elif builder.ROLE not in running:
                builder.start_builder(self.settings)
        return tuple(problems)

    def _revive(self, role: str, start: Callable[[CloudSettings], None]) -> str | None:
        """Start the service, or say why it ended when it was started a moment ago."""
        started = self._started_at.get(role)
        if started is not None and self.clock() - started < RESTART_S:
            log = self.settings.logs / f"{role}.log"
            text = log.read_text(errors="replace") if log.is_file() else ""
            return f"it ended at once: {program.last_lines(text, 2) or 'without a word'}"
        self._started_at[role] = self.clock()
        try:
            start(self.settings)
        except (ClusterError, OSError) as problem:
            return str(problem)
        return None


def ports(settings: CloudSettings, *, machines: bool) -> dict[str, tuple[str, int]]:
    """Where each part listens: what it is -> address and port. Without machines there is the AWS API only."""
    api = {AWS_API: ("127.0.0.1", settings.aws_port)}
    if not machines:
        return api
    gateway = str(settings.gateway.ip)
    return {
        **api,
        APT_CACHE: (gateway, settings.apt_port),
        registry.ROLE: (gateway, settings.registry_port),
        "package folder": (gateway, settings.repo_port),
        "instance metadata": (gateway, METADATA_PORT),
    }


def taken(address: str, port: int) -> str | None:
    """Why nobody can listen there now; None when one can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as cause:
            return os.strerror(cause.errno or 0)
    return None


def refuse_taken_ports(wanted: Mapping[str, tuple[str, int]]) -> None:
    """Raises `StepFailed` that names every port in use."""
    found = {f"{address}:{port} ({role})": port for role, (address, port) in wanted.items() if taken(address, port)}
    if found:
        filters = " or ".join(f"sport = :{port}" for port in found.values())
        raise StepFailed(
            f"in use by another program: {', '.join(found)}",
            hint=f"see which program it is (ss -ltnp '{filters}') and end it; RW_AWS_PORT moves the AWS API",
        )


def apt_cache_configuration(settings: CloudSettings, cache: Path, configuration: Path) -> str:
    """apt-cacher-ng's own configuration file."""
    lines = {
        "CacheDir": cache,
        "LogDir": settings.logs,
        "SupportDir": _SUPPORT,
        "BindAddress": settings.gateway.ip,
        "Port": settings.apt_port,
        "ExThreshold": 0,
        "ForeGround": 1,
        "SocketPath": configuration / "socket",
        "ReportPage": "acng-report.html",
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def start_apt_cache(settings: CloudSettings) -> None:
    """Start apt-cacher-ng with a store from the cache folder that no other cloud uses now."""
    configuration = settings.root / "apt-cache"
    configuration.mkdir(parents=True, exist_ok=True)
    with free_store(settings.cache / "apt") as (store, lock):
        for backends in _BACKENDS.glob("backends_*"):
            shutil.copy(backends, configuration / backends.name)
        (configuration / "acng.conf").write_text(apt_cache_configuration(settings, store, configuration))
        command = ["apt-cacher-ng", "-c", configuration]
        process.start(
            command, root=settings.root, role=APT_CACHE, log=settings.logs / f"{APT_CACHE}.log", pass_fds=(lock,)
        )


@contextmanager
def free_store(folder: Path) -> Iterator[tuple[Path, int]]:
    """A store and the descriptor that locks it; who inherits the descriptor holds the lock."""
    for number in range(MOST_CACHES):
        store = folder / str(number)
        store.mkdir(parents=True, exist_ok=True)
        with (folder / f"{number}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield store, lock.fileno()
            return
    raise StepFailed(f"{MOST_CACHES} local clouds already use the cache folder", where=str(folder))


class _Quiet(SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Machines fetch packages all the time; that is no news."""


@contextmanager
def repository(settings: CloudSettings, *, enabled: bool) -> Iterator[None]:
    """Serve the folder of packages that we built while the block runs."""
    if not enabled:
        yield
        return
    builder.publish_what_is_there(settings)
    handler = partial(_Quiet, directory=str(settings.repo))
    try:
        server = ThreadingHTTPServer((str(settings.gateway.ip), settings.repo_port), handler)
    except OSError as cause:
        raise StepFailed(
            f"the package folder cannot be served on {settings.gateway.ip}:{settings.repo_port}: {cause.strerror}",
            hint=f"see what holds the port: ss -ltnp 'sport = :{settings.repo_port}'",
        ) from cause
    threading.Thread(target=server.serve_forever, name="repository", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
