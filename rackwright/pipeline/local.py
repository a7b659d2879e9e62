"""The local cloud as the pipeline sees it: one per checkout, sized for the stack at hand."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from rackwright.catalog.operating_systems import SYSTEMS
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.settings import AWS_PORT, TOOLKIT_VERSION, CloudSettings
from rackwright.diagnostics import InputError
from rackwright.lock.model import Lock
from rackwright.pipeline.prepare import Prepared
from rackwright.pipeline.workspace import Workspace

TOOLKIT_MODULE = "github.com/NVIDIA/nvidia-container-toolkit"
"""Go module of the container toolkit, as locks name it."""

PORTS = 65536
"""TCP has this many ports; 0 is none of them."""


def cloud_for(workspace: Workspace, prepared: Prepared) -> LocalCloud:
    """The checkout's local cloud with the addresses of this stack."""
    return LocalCloud(
        CloudSettings(
            root=workspace.cloud_root,
            cache=cache_folder(),
            network_cidr=prepared.design.network.cidr,
            name=workspace.stack,
            aws_port=aws_port(),
            release=SYSTEMS[prepared.design.software.system].release,
            toolkit_version=toolkit_version(prepared.lock),
        )
    )


def aws_port() -> int:
    """Port of the local AWS API on loopback: ``RW_AWS_PORT``, else 4599."""
    chosen = os.environ.get("RW_AWS_PORT", str(AWS_PORT))
    if not chosen.isdigit() or not 0 < int(chosen) < PORTS:
        raise InputError(f"RW_AWS_PORT is {chosen!r}, expected a port from 1 to {PORTS - 1}", where="RW_AWS_PORT")
    return int(chosen)


def toolkit_version(lock: Lock | None) -> str:
    """Version of the container toolkit that the local cloud builds: the lock's, else the one it knows."""
    return lock.modules.get(TOOLKIT_MODULE, TOOLKIT_VERSION).removeprefix("v") if lock else TOOLKIT_VERSION


IDENTITY = "identity"
"""File in the local cloud's folder, and in the stack's, that tells one local cloud from the next."""


def mark_cloud(workspace: Workspace) -> None:
    """Note which local cloud the stack's record speaks of; called once it runs."""
    cloud, stack = workspace.cloud_root / IDENTITY, workspace.folder / IDENTITY
    if not cloud.exists():
        cloud.write_text(uuid.uuid4().hex)
    stack.write_text(cloud.read_text())


def is_cloud_gone(workspace: Workspace) -> bool:
    """Whether the local cloud that the stack was applied to was removed, so that its record speaks of nothing."""
    cloud, stack = workspace.cloud_root / IDENTITY, workspace.folder / IDENTITY
    return stack.exists() and (not cloud.exists() or cloud.read_text() != stack.read_text())


def running_endpoint(cloud: LocalCloud) -> str | None:
    """Address of the local AWS API while it runs, else None."""
    status = cloud.status()
    return status.endpoint if status.running else None


def cache_folder() -> Path:
    """Where built roots and packages are kept between checkouts: ``RW_CACHE``, else the user's cache folder."""
    chosen = os.environ.get("RW_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "rackwright"
