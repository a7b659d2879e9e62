"""Services that machines use, on the bridge's address only: package cache, image registry, package folder."""

from __future__ import annotations

import fcntl
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rackwright.cloud import builder, packages, process, registry
from rackwright.cloud.settings import CloudSettings
from rackwright.diagnostics import ClusterError, StepFailed

MOST_CACHES = 32
"""Clouds on one machine that may share a cache folder; each has a package cache of its own while it runs."""
_SUPPORT = Path("/usr/lib/apt-cacher-ng")
_BACKENDS = Path("/etc/apt-cacher-ng")


def keep_running(settings: CloudSettings) -> tuple[str, ...]:
    """Start what does not run; return one line for each service that cannot."""
    problems = []
    running = {one.role for one in process.find(settings.root)}
    for role, start in (("apt-cache", start_apt_cache), (registry.ROLE, registry.start_registry)):
        if role not in running:
            try:
                start(settings)
            except (ClusterError, OSError) as problem:
                problems.append(f"{role}: {problem}")
    if not builder.is_published(settings):
        if why := builder.complaint(settings):
            problems.append(f"packages: {why}")
        elif builder.ROLE not in running:
            builder.start_builder(settings)
    return tuple(problems)


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
            command, root=settings.root, role="apt-cache", log=settings.logs / "apt-cache.log", pass_fds=(lock,)
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
    if not builder.is_published(settings):
        packages.publish(settings.repo, {})  # an empty folder is no repository to apt
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
