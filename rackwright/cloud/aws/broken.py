"""Connections that break: accepted and never answered, or closed in the middle of the answer."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

LOOK_S = 0.25
"""Time between two looks whether the client has gone or the emulator stops."""


def hold(environ: Mapping[str, Any], stopping: threading.Event) -> None:
    """Keep the connection open until the client closes it or the emulator stops; never returns an answer.

    Raises `ConnectionAbortedError`, which ends the connection without a word.
    """
    connection: socket.socket | None = environ.get("werkzeug.socket")
    while connection is not None and not stopping.is_set():
        readable, _, _ = select.select([connection], [], [], LOOK_S)
        if readable and not connection.recv(1, socket.MSG_PEEK):
            break
    raise ConnectionAbortedError


def cut(environ: Mapping[str, Any], body: bytes) -> Iterator[bytes]:
    """The first half of `body`, then the end of the connection."""
    yield body[: len(body) // 2]
    connection: socket.socket | None = environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError
