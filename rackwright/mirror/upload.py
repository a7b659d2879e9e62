"""Blobs and manifests into a registry, with the registry's own HTTP API.

Specification: OCI Distribution 1.1, "Push" and "Checking if content exists in the registry". The registry checks every
blob against the digest that it is sent under, so that nothing which was changed on the way can get in.
"""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode, urljoin, urlsplit

from rackwright.diagnostics import StepFailed
from rackwright.mirror.oci import MANIFESTS

TRIES = 5
FIRST_WAIT_S = 0.5
TIMEOUT_S = 60.0
"""Longest silence of a connection."""
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be others in a moment."""
_BYTES = "application/octet-stream"

Authorise = Callable[[], str]
"""Gives the value of the header ``Authorization``, anew at each call; an empty text where nothing is asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the registry said."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def reason(self) -> str:
        """Code and message of a refusal, or what there is of it."""
        try:
            first = json.loads(self.body)["errors"][0]
            return f"{first.get('code', self.status)}: {first.get('message', '')}"
        except (ValueError, KeyError, IndexError, TypeError):
            return f"{self.status} {self.body[:200].decode(errors='replace')}".strip()


_OPENER = urllib.request.build_opener()


class _Call(urllib.request.Request):
    """A request whose proof of who we are is not handed on where an answer leads elsewhere."""

    def __init__(
        self, url: str, data: bytes | IO[bytes] | None, headers: Mapping[str, str], method: str, proof: str
    ) -> None:
        super().__init__(url, data, dict(headers), method=method)
        if proof:
            self.add_unredirected_header("Authorization", proof)


@dataclass(slots=True)
class Destination:
    """One registry that is written to."""

    address: str
    """``https://123456789012.dkr.ecr.us-east-1.amazonaws.com``"""
    authorise: Authorise = str
    _authorisation: str | None = field(default=None, repr=False)

    def digest_of(self, repository: str, reference: str) -> str | None:
        """Digest of what a tag or digest names; None where there is nothing."""
        answer = self._ask("HEAD", f"/v2/{repository}/manifests/{reference}", headers={"Accept": ", ".join(MANIFESTS)})
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        _check(answer, f"look for {repository}:{reference}")
        return answer.headers.get("docker-content-digest")

    def put_blob(self, repository: str, digest: str, path: Path) -> int:
        """Store a blob unless the repository has it; returns the bytes that were sent."""
        have = self._ask("HEAD", f"/v2/{repository}/blobs/{digest}")
        if have.status == HTTPStatus.OK:
            return 0
        begun = self._ask("POST", f"/v2/{repository}/blobs/uploads/", body=b"")
        _check(begun, f"begin a blob of {repository}")
        sent = self._ask("PATCH", begun.headers["location"], body=path, headers={"Content-Type": _BYTES})
        _check(sent, f"send blob {digest} to {repository}")
        place = sent.headers.get("location", begun.headers["location"])
        joint = "&" if urlsplit(place).query else "?"
        ended = self._ask("PUT", f"{place}{joint}{urlencode({'digest': digest})}", body=b"")
        _check(ended, f"store blob {digest} in {repository}")
        return path.stat().st_size

    def put_manifest(self, repository: str, reference: str, kind: str, body: bytes) -> None:
        """Store a manifest under a tag or its digest."""
        answer = self._ask("PUT", f"/v2/{repository}/manifests/{reference}", body=body, headers={"Content-Type": kind})
        _check(answer, f"store the manifest {reference} of {repository}")

    def _ask(
        self, method: str, place: str, *, body: bytes | Path | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One call, again when the registry is away for a moment and once with a fresh proof of who we are."""
        url, answer, renewed = urljoin(self.address, place), Answer(0, {}), False
        for attempt in range(TRIES):
            if attempt and not (renewed and answer.status == HTTPStatus.UNAUTHORIZED):
                time.sleep(FIRST_WAIT_S * 2 ** (attempt - 1))
            answer = self._once(method, url, body, headers or {})
            if answer.status == HTTPStatus.UNAUTHORIZED and not renewed:
                self._authorisation, renewed = None, True
            elif answer.status and answer.status not in _PASSING:
                return answer
        if answer.status:
            return answer
        why = answer.body.decode(errors="replace")
        raise StepFailed(f"{self.address} does not answer: {why}", hint="run it again; it goes on where it was")

    def _once(self, method: str, url: str, body: bytes | Path | None, headers: Mapping[str, str]) -> Answer:
        """Status 0 and the reason where there was no answer."""
        with contextlib.ExitStack() as stack:
            data: bytes | IO[bytes] | None = stack.enter_context(body.open("rb")) if isinstance(body, Path) else body
            length = {"Content-Length": str(body.stat().st_size)} if isinstance(body, Path) else {}
            at_home = urlsplit(url).netloc == urlsplit(self.address).netloc  # a store of blobs elsewhere needs no proof
            call = _Call(url, data, {**headers, **length}, method, self._proof() if at_home else "")
            try:
                reply = stack.enter_context(contextlib.closing(_OPENER.open(call, timeout=TIMEOUT_S)))
                return Answer(reply.status, _lower(reply.headers), reply.read())
            except urllib.error.HTTPError as refusal:
                with refusal:
                    return Answer(refusal.code, _lower(refusal.headers), refusal.read())
            except (OSError, HTTPException) as problem:
                return Answer(0, {}, str(getattr(problem, "reason", problem)).encode())

    def _proof(self) -> str:
        if self._authorisation is None:
            self._authorisation = self.authorise()
        return self._authorisation


def _lower(headers: Any) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _check(answer: Answer, what: str) -> None:
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise StepFailed(f"could not {what}: {answer.reason()}", hint=_hint(answer))


def _hint(answer: Answer) -> str:
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return "the credentials of this shell may not write into the stack's repositories"
    if answer.status == HTTPStatus.NOT_FOUND:
        return "the repository is not there: bring the stack up first"
    if b"TagAlreadyExists" in answer.body or b"TAG_INVALID" in answer.body:
        return "tags of the repository cannot be moved: this one names another image already; lock another tag"
    return "run it again; what is there already is not sent again"
