"""The processes of one local cloud, found by a mark in their environment.

The mark replaces pid files: it exists from the first instant of a process, goes away with it, survives ``kill -9`` of
the one that started it, and cannot name a stranger after a pid was used again. Signals go through a pidfd that is
opened before the mark is read a second time, so a process that ends in between is never confused with its successor.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CLOUD = "RACKWRIGHT_CLOUD"
"""Environment variable that holds the folder of the cloud that a process belongs to."""
ROLE = "RACKWRIGHT_CLOUD_ROLE"
"""Environment variable that says what the process is: ``daemon``, ``registry``, ``machine:<id>``."""
DAEMON = "daemon"
"""Role of the one background process."""
STOP_TIMEOUT_S = 20.0
"""Longest that a process may take to end by itself before it is killed."""
_MARK_TIMEOUT_S = 5.0
_MARK_POLL_S = 0.001


@dataclass(frozen=True, slots=True, order=True)
class Process:
    """One running process of the cloud."""

    role: str
    pid: int


def marked_environment(root: Path, role: str, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """`base` (or our own environment) with the mark of the cloud in `root`."""
    return {**(os.environ if base is None else base), CLOUD: str(root.absolute()), ROLE: role}


def start(
    command: Sequence[object],
    *,
    root: Path,
    role: str,
    log: Path,
    pass_fds: Sequence[int] = (),
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a marked process in a session of its own, its output appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        started = subprocess.Popen(
            [str(part) for part in command],
            env=marked_environment(root, role),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
            cwd=cwd,
        )
    _wait_for_mark(started, root, role)
    return started


def find(root: Path, role: str | None = None) -> tuple[Process, ...]:
    """Running processes of the cloud in `root`, ourselves excepted."""
    return tuple(sorted(process for process in _scan(root) if role is None or process.role == role))


def stop(root: Path, role: str, *, timeout_s: float = STOP_TIMEOUT_S, with_signal: int = signal.SIGTERM) -> int:
    """End every process with `role`, kindly first; return how many there were."""
    handles = [handle for process in find(root, role) if (handle := _handle(root, process)) is not None]
    try:
        for handle in handles:
            _send(handle, with_signal)
        if not _all_ended(handles, timeout_s):
            for handle in handles:
                _send(handle, signal.SIGKILL)
            _all_ended(handles, timeout_s)
    finally:
        for handle in handles:
            os.close(handle)
    return len(handles)


def _wait_for_mark(started: subprocess.Popen[bytes], root: Path, role: str) -> None:
    """The kernel shows the new environment a moment after the program began; whoever looks now must see it."""
    deadline = time.monotonic() + _MARK_TIMEOUT_S
    while started.poll() is None and _role(root, started.pid) != role and time.monotonic() < deadline:
        time.sleep(_MARK_POLL_S)


def _scan(root: Path) -> Iterator[Process]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            role = _role(root, int(folder.name))
            if role is not None:
                yield Process(role, int(folder.name))


def _role(root: Path, pid: int) -> str | None:
    try:
        raw = Path(f"/proc/{pid}/environ").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return None
    variables = dict(pair.split("=", 1) for pair in raw.decode(errors="replace").split("\0") if "=" in pair)
    if state == "Z" or variables.get(CLOUD) != str(root.absolute()):
        return None
    return variables.get(ROLE, "")


def _handle(root: Path, process: Process) -> int | None:
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return None
    if _role(root, process.pid) == process.role:
        return handle
    os.close(handle)
    return None


def _send(handle: int, number: int) -> None:
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, number)


def _all_ended(handles: Sequence[int], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    for handle in handles:
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
    return True
