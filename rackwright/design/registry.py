"""Which repositories and caches a cluster's images need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

CACHED: Mapping[str, str] = {"aws": "public.ecr.aws", "k8s": "registry.k8s.io", "quay": "quay.io"}
"""Label -> registry that ECR caches without a credential.
Source: Amazon ECR User Guide, "Sync an upstream registry with an Amazon ECR private registry", read 2026-11-21; nvcr.io
is not among those that it caches."""


def repositories_of(images: Iterable[str]) -> tuple[str, ...]:
    """Names of repositories, sorted: each image without its tag or digest (``nvcr.io/nvidia/pytorch``)."""
    return tuple(sorted({_without_tag(image.partition("@")[0]) for image in images}))


def _without_tag(image: str) -> str:
    """A colon before the last slash is a port."""
    path, _, last = image.rpartition("/")
    return f"{path}/{last.partition(':')[0]}" if path else last.partition(":")[0]
