"""The local cloud as the pipeline sees it: one per checkout, sized for the stack at hand."""

from __future__ import annotations

import os
from pathlib import Path

from rackwright.cloud.local import LocalCloud
from rackwright.cloud.settings import CloudSettings
from rackwright.pipeline.prepare import Prepared
from rackwright.pipeline.workspace import Workspace


def cloud_for(workspace: Workspace, prepared: Prepared) -> LocalCloud:
    """The checkout's local cloud with the addresses of this stack."""
    return LocalCloud(
        CloudSettings(
            root=workspace.cloud_root,
            cache=cache_folder(),
            network_cidr=prepared.design.network.cidr,
            name=workspace.stack,
        )
    )


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
