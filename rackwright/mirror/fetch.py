"""Fetches one file: resumes what an earlier run began, checks it, and puts it in place whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from rackwright.diagnostics import StepFailed
from rackwright.mirror.manifest import PARTIAL, Entry, Kind, hash_file

TRIES = 4
FIRST_WAIT_S = 0.5
TIMEOUT_S = 60.0
SCHEMES = frozenset({"http", "https", "file"})
_PASSING = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
"""Answers that may be others in a moment."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file of the mirror and where it comes from."""

    path: str
    url: str
    kind: Kind
    sha256: str | None = None
    """What it must be; None where nobody says, then what came is recorded."""
    headers: Mapping[str, str] = field(default_factory=dict)


def fetch(folder: Path, wanted: Wanted, known: Entry | None = None) -> tuple[Entry, int]:
    """The entry of `wanted` in `folder` and how many bytes had to be fetched.

    A file that is there as `known` or as `wanted` says is left alone. Raises `StepFailed` when it cannot be had, or is
    not what it should be.
    """
    path = folder / wanted.path
    if (found := _present(path, wanted, known)) is not None:
        return found, 0
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}{PARTIAL}")
    fetched = _with_patience(wanted, part)
    digest = hash_file(part)
    if wanted.sha256 is not None and digest != wanted.sha256:
        part.unlink()
        raise StepFailed(
            f"{wanted.url} is not what it should be: its sha256 is {digest}, expected {wanted.sha256}",
            where=wanted.path,
            hint="run it again; if it stays, somebody changed the file at its source",
        )
    part.replace(path)
    return Entry(wanted.path, digest, path.stat().st_size, wanted.kind, wanted.url), fetched


class _Question(urllib.request.Request):
    """A request whose proof of who we are is not handed on where an answer leads elsewhere (a store of blobs)."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        super().__init__(url)
        for name, value in headers.items():
            add = self.add_unredirected_header if name == "Authorization" else self.add_header
            add(name, value)


def open_url(url: str, headers: Mapping[str, str]) -> IO[bytes]:
    """An open answer; ValueError for an address that is neither http, https nor file."""
    if urlsplit(url).scheme not in SCHEMES:
        raise ValueError(f"{url} is no address that a mirror can read")
    answer: IO[bytes] = urllib.request.build_opener().open(_Question(url, headers), timeout=TIMEOUT_S)
    return answer


def _present(path: Path, wanted: Wanted, known: Entry | None) -> Entry | None:
    """The entry of a file that need not be fetched: the manifest knows it, or its content proves it."""
    if not path.is_file():
        return None
    size = path.stat().st_size
    if known is not None and known.size == size and wanted.sha256 in {None, known.sha256}:
        return known
    if wanted.sha256 is None or hash_file(path) != wanted.sha256:
        return None
    return Entry(wanted.path, wanted.sha256, size, wanted.kind, wanted.url)


def _with_patience(wanted: Wanted, part: Path) -> int:
    """Fetch into `part`, trying again when the source is away for a moment; returns the bytes that came."""
    fetched, why = 0, ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(FIRST_WAIT_S * 2 ** (attempt - 1))
        try:
            return fetched + _once(wanted, part)
        except urllib.error.HTTPError as problem:
            why = f"{problem.code} {problem.reason}"
            if problem.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
            elif problem.code not in _PASSING:
                break
        except (OSError, ValueError) as problem:
            why = str(getattr(problem, "reason", problem))
    raise StepFailed(f"could not fetch {wanted.url}: {why}", where=wanted.path, hint="run it again; it goes on there")


def _once(wanted: Wanted, part: Path) -> int:
    begun = part.stat().st_size if part.exists() else 0
    headers = {**wanted.headers, **({"Range": f"bytes={begun}-"} if begun else {})}
    with contextlib.closing(open_url(wanted.url, headers)) as answer:
        resumed = getattr(answer, "status", None) == HTTPStatus.PARTIAL_CONTENT
        with part.open("ab" if resumed else "wb") as file:
            shutil.copyfileobj(answer, file)
        if left := getattr(answer, "length", None):  # http.client tells a short answer in no other way
            raise ConnectionError(f"the connection ended {left} bytes early")
    return part.stat().st_size - (begun if resumed else 0)
