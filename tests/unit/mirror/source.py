"""A source of files on loopback that can be told to fail: the registries and repositories of the mirror's tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Source:
    """Path -> content, and what goes wrong."""

    content: dict[str, bytes] = field(default_factory=dict)
    token: str = ""
    """Where set, everything but the token itself asks for it."""
    cut_after: int | None = None
    """Bytes of the next answer after which the connection ends."""
    failures: list[int] = field(default_factory=list)
    """Status of the next answers."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range of every request."""
    address: str = ""


@contextmanager
def serving(source: Source) -> Iterator[Source]:
    """`source` on a port of its own while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, source)

        def log_message(self, *words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    source.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield source
    finally:
        server.shutdown()
        server.server_close()


def answer(ask: BaseHTTPRequestHandler, source: Source) -> None:
    path, span = ask.path.partition("?")[0], ask.headers.get("Range", "")
    source.asked.append((path, span))
    if source.failures:
        ask.send_error(source.failures.pop(0))
        return
    if source.token and path != "/token" and ask.headers.get("Authorization") != f"Bearer {source.token}":
        ask.send_response(401)
        ask.send_header("WWW-Authenticate", f'Bearer realm="{source.address}/token",service="test"')
        ask.end_headers()
        return
    if path not in source.content:
        ask.send_error(404)
        return
    begin = int(span.removeprefix("bytes=").rstrip("-")) if span else 0
    data = source.content[path][begin:]
    ask.send_response(206 if span else 200)
    ask.send_header("Content-Length", str(len(data)))
    ask.end_headers()
    cut, source.cut_after = source.cut_after, None
    ask.wfile.write(data[:cut])
    if cut is not None:
        ask.connection.close()
