"""Names that the nodes of a cluster ask for: of AWS, their packages, their images, and their own zone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from rackwright.spec.cluster import ClusterSpec

AWS = ("amazonaws.com", "aws.dev")
"""Endpoints of the API, its time servers and its public registries' storage.
Source: https://docs.aws.amazon.com/general/latest/gr/rande.html, read 2026-11-21."""

INSIDE = ("compute.internal", "ec2.internal", "in-addr.arpa")
"""Names that the VPC's own resolver answers, and reverse look-ups.
Source: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html, read 2026-11-21."""

DISTRIBUTIONS = ("debian.org", "ubuntu.com", "launchpad.net", "rockylinux.org", "fedoraproject.org")
"""Package archives of the operating systems that a spec can name."""

NVIDIA = ("nvidia.com", "nvcr.io", "nvidia.cn")
"""Drivers, CUDA and NGC. Source: https://docs.nvidia.com/ngc/latest/ngc-private-registry-user-guide.html
("domains to allow"), read 2026-11-21."""

KUBERNETES = ("k8s.io", "pkg.dev", "googleapis.com")
"""Images and charts of Kubernetes. Source: https://kubernetes.io/blog/2023/03/10/image-registry-redirect/."""

DOCKER_HUB = "docker.io"
"""Registry of an image that names none."""


def domains_of(spec: ClusterSpec, zone: str) -> tuple[str, ...]:
    """Domains that the cluster itself needs and those that the spec adds, sorted, each with everything below it."""
    needed = {*AWS, *INSIDE, zone, *_packages(spec), *_registries(spec)}
    if spec.kubernetes is not None:
        needed.update(KUBERNETES)
    both = {name for domain in needed for name in (domain, f"*.{domain}")}
    return tuple(sorted({*both, *spec.network.allowed_domains}))


def _packages(spec: ClusterSpec) -> Iterator[str]:
    if not spec.software.air_gapped:
        yield from (*DISTRIBUTIONS, *NVIDIA)
    if host := urlsplit(spec.software.mirror or "").hostname:
        yield host


def _registries(spec: ClusterSpec) -> Iterator[str]:
    for image in spec.software.ngc:
        first, slash, _ = image.partition("/")
        yield first.partition(":")[0] if slash and "." in first else DOCKER_HUB
