"""Containers: the form of containerd's configuration, which images may come in, and how each is fetched."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Literal

from rackwright.catalog.security import load_floors
from rackwright.catalog.version import version_order
from rackwright.design.model import Design
from rackwright.lock.model import Lock

_PLUGINS: Mapping[int, Mapping[str, str]] = {
    2: {"runtime": "io.containerd.grpc.v1.cri", "images": "io.containerd.grpc.v1.cri"},
    3: {"runtime": "io.containerd.cri.v1.runtime", "images": "io.containerd.cri.v1.images"},
}
"""Form of the configuration -> names of the plug-ins.
Source: https://github.com/containerd/containerd/blob/main/docs/cri/config.md, read 2026-11-21."""

_LOCAL_TRANSPORTS = ("containers-storage", "dir", "docker-archive", "docker-daemon", "oci", "oci-archive")
"""Images that are here already were judged when they came."""

_ANYTHING = [{"type": "insecureAcceptAnything"}]

Way = Literal["containerd", "skopeo", "docker"]


def configuration_form(lock: Lock) -> int:
    """Form of containerd's configuration: 3 from containerd 2.0 on, 2 before."""
    release = lock.software.get("containerd", "")
    return 3 if release and version_order(release) >= version_order("2.0") else 2


def plugin_names(lock: Lock) -> Mapping[str, str]:
    """Names of containerd's plug-ins in that form."""
    return _PLUGINS[configuration_form(lock)]


def toolkit_floor() -> str:
    """Oldest release of the container toolkit that no bulletin asks to replace; empty when none is known."""
    fixed = [fix.fixed for fix in load_floors().fixes if fix.product == "container-toolkit"]
    return max(fixed, key=version_order, default="")


def repository_of(reference: str) -> str:
    """``nvcr.io/nvidia/pytorch`` of ``nvcr.io/nvidia/pytorch:25.10-py3``."""
    head, colon, tag = reference.partition("@")[0].rpartition(":")
    return head if colon and "/" not in tag else reference


def locked_digests(lock: Lock) -> dict[str, list[str]]:
    """Image name without tag -> its locked digests."""
    found: dict[str, list[str]] = {}
    for reference, image in sorted(lock.images.items()):
        found.setdefault(repository_of(reference), []).append(image.digest)
    return found


def policy(design: Design) -> dict[str, object]:
    """Policy for images: what has a key must be signed with it; with strict data nothing else comes in by a tool.

    Source: containers-policy.json(5).
    """
    keys = design.software.signature_keys
    default = [{"type": "reject"}] if keys and design.hosts.strict else _ANYTHING
    docker = {scope: [_signed_by(pem)] for scope, pem in sorted(keys.items())}
    local = {transport: {"": _ANYTHING} for transport in _LOCAL_TRANSPORTS}
    return {"default": default, "transports": {**local, **({"docker": docker} if docker else {})}}


def _signed_by(pem: str) -> dict[str, object]:
    """Requirement that an image is signed with the key; it may be signed under any tag of its repository."""
    data = base64.b64encode(pem.encode()).decode()
    return {"type": "sigstoreSigned", "keyData": data, "signedIdentity": {"type": "matchRepository"}}


def way_of(reference: str, design: Design, *, mirrored: bool) -> Way:
    """What fetches an image: skopeo where a signature or a key is asked for, because containerd can do neither."""
    if design.software.containers == "docker":
        return "docker"
    signed = any(reference.startswith(scope) for scope in design.software.signature_keys)
    keyed = design.software.ngc_secret is not None and not mirrored
    return "skopeo" if signed or keyed else "containerd"
