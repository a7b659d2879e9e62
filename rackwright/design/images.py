"""Which machine image a pool starts from; the program in `infra/` and the online checks both ask here."""

from __future__ import annotations

from dataclasses import dataclass

from rackwright.catalog.operating_systems import SYSTEMS, local_image
from rackwright.design.model import Design, Pool

LOCAL_LOGIN, LOCAL_ROOT_DEVICE = "admin", "/dev/xvda"
"""Of the local cloud's images; a site of one's own has such an account too."""


@dataclass(frozen=True, slots=True)
class ImageQuery:
    """The newest image called `name` from the one owner that may publish it."""

    owner: str
    name: str
    """With ``*`` for what changes from build to build."""


def image_query(design: Design, pool: Pool) -> ImageQuery:
    """How to find the image of `pool` where the spec names none. KeyError for a site, which has no images."""
    system = SYSTEMS[design.software.system]
    if design.target == "local":
        return ImageQuery("self", local_image(system.name))
    if design.target != "aws":
        raise KeyError(design.target)
    name = system.image.format(architecture=system.architectures[pool.architecture])
    return ImageQuery(system.image_owner, name)


def root_device_of(design: Design) -> str:
    """Name of the root disk of the nodes' images."""
    return SYSTEMS[design.software.system].root_device if design.target == "aws" else LOCAL_ROOT_DEVICE


def login_of(design: Design) -> str:
    """Account of the nodes that may become root without a password."""
    return SYSTEMS[design.software.system].login if design.target == "aws" else LOCAL_LOGIN
