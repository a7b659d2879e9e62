"""Machine images: those that the local cloud's machines start from, and stand-ins for those of the distributions.

Each distribution publishes under one account (`rackwright.catalog.operating_systems`); its image is here, so that a
stack for real AWS can be rehearsed, and it says in its description that it is a stand-in.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend

from rackwright.catalog.operating_systems import SYSTEMS, USUAL_LOCAL
from rackwright.cloud.roots import LOCAL_IMAGES

_PUBLISHED = "20251117-2299"
"""In the place of what changes from build to build."""

_plain_init = EC2Backend.__init__


def _init(self: Any, region_name: str, account_id: str) -> None:
    _plain_init(self, region_name, account_id)
    for name, release in LOCAL_IMAGES.items():
        image = _register(self, name, f"Debian {release}, as the machines of the local cloud boot it", "x86_64")
        image.ebs_snapshot.owner_id = SYSTEMS[USUAL_LOCAL].image_owner
    for system in SYSTEMS.values():
        for ours, theirs in system.architectures.items():
            name = system.image.format(architecture=theirs).replace("*", _PUBLISHED)
            image = _register(self, name, f"stand-in for {system.name}'s image", ours)
            image.owner_id, image.launch_permissions = system.image_owner, [{"Group": "all"}]
            image.root_device_name = system.root_device
            image.ebs_snapshot.owner_id = system.image_owner  # whoever published the image owns its snapshot


def _register(state: Any, name: str, description: str, architecture: str) -> Any:
    image = state.register_image(name, description)
    image.architecture, image.virtualization_type, image.hypervisor = architecture, "hvm", "xen"
    image.root_device_name, image.root_device_type = "/dev/xvda", "ebs"
    return image


def install() -> None:
    """Every region has the images from its first use on."""
    type.__setattr__(EC2Backend, "__init__", _init)
