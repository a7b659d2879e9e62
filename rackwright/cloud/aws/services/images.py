"""Machine images: the one that the local cloud's machines start from, and a stand-in for Debian's own.

Debian publishes under one account (wiki.debian.org/Cloud/AmazonEC2Image, 2026-11); its image is here so that a stack
for real AWS can be rehearsed, and it says in its description that it is a stand-in.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend

LOCAL_IMAGE = "rackwright-local-debian-13"
DEBIAN_ACCOUNT = "136693071363"
DEBIAN_IMAGES = {"debian-13-amd64-20251117-2299": "x86_64", "debian-13-arm64-20251117-2299": "arm64"}

_plain_init = EC2Backend.__init__


def _init(self: Any, region_name: str, account_id: str) -> None:
    _plain_init(self, region_name, account_id)
    _register(self, LOCAL_IMAGE, "Debian 13, as the machines of the local cloud boot it", "x86_64")
    for name, architecture in DEBIAN_IMAGES.items():
        image = _register(self, name, "stand-in for Debian's image", architecture)
        image.owner_id, image.launch_permissions = DEBIAN_ACCOUNT, [{"Group": "all"}]


def _register(state: Any, name: str, description: str, architecture: str) -> Any:
    image = state.register_image(name, description)
    image.architecture, image.virtualization_type, image.hypervisor = architecture, "hvm", "xen"
    image.root_device_name, image.root_device_type = "/dev/xvda", "ebs"
    image.ebs_snapshot.owner_id = DEBIAN_ACCOUNT  # whoever published the image owns its snapshot, and not this account
    return image


def install() -> None:
    """Every region has the images from its first use on."""
    type.__setattr__(EC2Backend, "__init__", _init)
