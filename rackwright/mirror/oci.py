"""Images by digest, from any registry into one OCI image layout, with the registry's own HTTP API.

Specifications: OCI Distribution 1.1, "Pull"; OCI Image Layout 1.1. Every byte is named by its hash, so nothing that a
registry or a proxy changed can get in.
"""

from __future__ import annotations

import contextlib
import json
import re
import urllib.error
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from rackwright.diagnostics import StepFailed
from rackwright.mirror.fetch import Wanted, open_url
from rackwright.mirror.manifest import Entry

FOLDER = "images"
MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')

Bring = Callable[[Wanted], Entry]


@dataclass(slots=True)
class Registry:
    """One registry, asked anonymously or with the token that it hands out."""

    address: str
    """``https://nvcr.io``, or what the mirror's settings name in its place."""
    _tokens: dict[str, str] = field(default_factory=dict)

    def wanted(self, repository: str, digest: str, kind: str) -> Wanted:
        """A manifest or blob of `repository` by digest."""
        name = digest.removeprefix("sha256:")
        url = f"{self.address}/v2/{repository}/{kind}/{digest}"
        accept = {"Accept": ", ".join(MANIFESTS)} if kind == "manifests" else {}
        return Wanted(
            f"{FOLDER}/blobs/sha256/{name}", url, "image", name, {**accept, **self._authorisation(repository)}
        )

    def _authorisation(self, repository: str) -> dict[str, str]:
        if repository not in self._tokens:
            self._tokens[repository] = self._token(repository)
        token = self._tokens[repository]
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _token(self, repository: str) -> str:
        """What the registry asks for first; an empty text where it asks for nothing."""
        try:
            open_url(f"{self.address}/v2/", {}).close()
        except urllib.error.HTTPError as answer:
            if answer.code != HTTPStatus.UNAUTHORIZED:
                raise StepFailed(f"{self.address} answers {answer.code} {answer.reason}") from answer
            return _handed_out(dict(_CHALLENGE.findall(answer.headers.get("WWW-Authenticate", ""))), repository)
        except OSError as cause:
            hint = "check the registries of the mirror's settings"
            raise StepFailed(f"{self.address} does not answer: {cause}", where=repository, hint=hint) from cause
        return ""


def registry_of(host: str, registries: Mapping[str, str]) -> Registry:
    """The registry that is asked for images of `host`."""
    return Registry(registries.get(host, f"https://{host}").rstrip("/"))


def pull(registry: Registry, repository: str, digest: str, folder: Path, bring: Bring) -> tuple[list[Entry], str]:
    """Every manifest and blob of an image; entries and the media type of what `digest` names.

    `bring` puts one file into `folder` and checks it.
    """
    top = bring(registry.wanted(repository, digest, "manifests"))
    found, kinds = [top], _read(folder, top)
    for child in children(kinds):
        if child["mediaType"] in MANIFESTS:
            below, _ = pull(registry, repository, str(child["digest"]), folder, bring)
            found += below
        else:
            found.append(bring(registry.wanted(repository, str(child["digest"]), "blobs")))
    return found, str(kinds.get("mediaType", MANIFESTS[1]))


def children(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a manifest refers to: the manifests of an index, or the configuration and layers of an image."""
    yield from manifest.get("manifests", ())
    if "config" in manifest:
        yield manifest["config"]
    yield from manifest.get("layers", ())


def write_layout(folder: Path, images: Mapping[str, tuple[str, str, int]]) -> list[Path]:
    """The two files that make the folder an image layout. `images`: reference -> digest, media type, size."""
    root = folder / FOLDER
    root.mkdir(parents=True, exist_ok=True)
    listed = [
        {
            "mediaType": kind,
            "digest": digest,
            "size": size,
            "annotations": {"org.opencontainers.image.ref.name": reference},
        }
        for reference, (digest, kind, size) in sorted(images.items())
    ]
    (root / "oci-layout").write_text(json.dumps({"imageLayoutVersion": "1.0.0"}) + "\n")
    index = {"schemaVersion": 2, "mediaType": MANIFESTS[0], "manifests": listed}
    (root / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    return [root / "oci-layout", root / "index.json"]


def _read(folder: Path, entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / entry.path).read_text())
    return found


def _handed_out(challenge: Mapping[str, str], repository: str) -> str:
    """A token from where the registry says (Docker Registry token authentication)."""
    if "realm" not in challenge:
        raise StepFailed("the registry wants a log-in that is not a token", where=repository)
    asked = {"service": challenge.get("service", ""), "scope": f"repository:{repository}:pull"}
    try:
        with contextlib.closing(open_url(f"{challenge['realm']}?{urlencode(asked)}", {})) as answer:
            given = json.loads(answer.read())
    except (OSError, ValueError) as cause:
        raise StepFailed(f"{challenge['realm']} gives no token: {cause}", where=repository) from cause
    return str(given.get("token") or given.get("access_token") or "")
