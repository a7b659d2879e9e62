"""The image registry on the bridge: Debian's docker-registry, with stand-ins for NVIDIA's images."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import urlsplit

from rackwright.cloud import process
from rackwright.cloud.settings import CloudSettings
from rackwright.cloud.stand_in_image import INDEX_TYPE, MANIFEST_TYPE, digest_of, stand_in
from rackwright.diagnostics import InputError, StepFailed

ROLE = "registry"
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Reference:
    """An image's reference, taken apart."""

    host: str
    repository: str
    tag: str


def parse_reference(text: str) -> Reference:
    """``nvcr.io/nvidia/pytorch:25.10-py3`` in its parts. Raises `InputError` for one without registry or tag."""
    host, slash, rest = text.partition("/")
    repository, colon, tag = rest.partition("@")[0].rpartition(":")
    if not (slash and colon and repository and tag and ("." in host or ":" in host)):
        raise InputError(
            f"{text!r} is no full image reference", where="software.ngc", hint="write <registry>/<repository>:<tag>"
        )
    return Reference(host, repository, tag)


def registry_configuration(settings: CloudSettings) -> str:
    """docker-registry's configuration file; JSON is YAML."""
    configuration = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(settings.root / "registry" / "data")},
            "delete": {"enabled": True},
        },
        "http": {"addr": f"{settings.gateway.ip}:{settings.registry_port}"},
    }
    return json.dumps(configuration, indent=2) + "\n"


def start_registry(settings: CloudSettings) -> None:
    """Start the registry; it answers within a second."""
    path = settings.root / "registry" / "config.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(registry_configuration(settings))
    command = ["docker-registry", "serve", path]
    process.start(command, root=settings.root, role=ROLE, log=settings.logs / "registry.log")


def answers(address: str) -> bool:
    """Whether a registry answers at `address` (``10.40.0.1:5000``)."""
    try:
        _call(address, "GET", "/v2/")
    except StepFailed:
        return False
    return True


def push_stand_in(address: str, reference: str) -> str:
    """Store the stand-in for `reference` in the registry at `address`; return its digest."""
    parsed, image = parse_reference(reference), stand_in(reference)
    repository = f"/v2/{parsed.repository}"
    for blob in image.blobs:
        _push_blob(address, repository, blob)
    for manifest in image.manifests:
        _call(address, "PUT", f"{repository}/manifests/{digest_of(manifest)}", manifest, MANIFEST_TYPE)
    _call(address, "PUT", f"{repository}/manifests/{parsed.tag}", image.index, INDEX_TYPE)
    return image.digest


def _push_blob(address: str, repository: str, blob: bytes) -> None:
    """The registry names a place for the upload; the blob goes there with its digest."""
    digest = digest_of(blob)
    place = urlsplit(_call(address, "POST", f"{repository}/blobs/uploads/", b""))
    query = f"{place.query}&digest={digest}" if place.query else f"digest={digest}"
    _call(address, "PUT", f"{place.path}?{query}", blob, "application/octet-stream")


def _call(address: str, method: str, path: str, body: bytes | None = None, kind: str = "") -> str:
    """One HTTP call; returns the reply's ``Location``, or an empty text."""
    connection = HTTPConnection(address, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, body, {"Content-Type": kind} if kind else {})
        reply = connection.getresponse()
        said = reply.read()
    except OSError as cause:
        raise StepFailed(f"the image registry at {address} does not answer: {cause}") from cause
    finally:
        connection.close()
    if reply.status >= HTTPStatus.BAD_REQUEST:
        raise StepFailed(f"the image registry refused {method} {path}: {reply.status} {said.decode()[:200]}")
    return str(reply.headers.get("Location", ""))
