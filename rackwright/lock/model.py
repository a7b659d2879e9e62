"""The lock: the resolved software set of a stack (`stacks/<stack>.lock.yaml`). Changes only by ``./rw lock``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rackwright.catalog.software import WHEELS, Channel


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OperatingSystem(_Model):
    """What the nodes run."""

    distribution: Literal["debian", "ubuntu", "rocky"]
    release: str
    """Code name or version: ``trixie``, ``24.04``."""


class Package(_Model):
    """One package at one version."""

    version: str
    """Exact version in the package manager's form: ``550.163.01-2``."""
    role: str
    """Ansible role that installs it; it goes to the hosts that have this role."""
    held: bool = False
    """Held back from upgrades (driver, fabric, kernel)."""
    source: Channel = "distribution"
    """Where it comes from; `built` means built here from source, `upstream` its own vendor's repository, `nvidia-pypi`
    NVIDIA's own index of Python packages."""
    digest: str | None = Field(default=None, pattern=r"^sha256:[0-9a-f]{64}$")
    """Of the package file, where an index or the vendor publishes it."""
    why: str | None = None

    @property
    def is_wheel(self) -> bool:
        """Whether pip installs it, and not the system's package manager."""
        return self.source in WHEELS


def requirement_of(name: str, package: Package) -> str:
    """Line of a requirements file for a wheel; without a digest pip refuses it where digests are required."""
    return f"{name}=={package.version}" + (f" --hash={package.digest}" if package.digest else "")


class Image(_Model):
    """One container image by digest."""

    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    stand_in: bool = False
    """The local registry serves a small stand-in in its place, because the real one cannot be had offline."""


class Archive(_Model):
    """A file that is downloaded, checked and unpacked or built on the node."""

    version: str
    url: str
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    role: str
    """Ansible role that takes it."""


class Lock(_Model):
    """Exact versions and digests of everything that configuration installs."""

    version: Literal[1] = 1
    os: OperatingSystem
    software: dict[str, str] = {}
    """Product of the software catalog -> release that the packages come from."""
    packages: dict[str, Package] = {}
    images: dict[str, Image] = {}
    """Reference with tag (``nvcr.io/nvidia/pytorch:25.10-py3``) -> image."""
    modules: dict[str, str] = {}
    """Source modules that `built` packages are built from: Go module path -> version."""
    archives: dict[str, Archive] = {}
    """Product -> the file that it comes in, where no package repository has it."""
