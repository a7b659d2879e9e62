"""One machine image, owned by the account: the root file system that the local cloud's machines start from."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend

from rackwright.cloud.aws.call import Behaviours

LOCAL_IMAGE = "rackwright-local-debian-13"

_plain_init = EC2Backend.__init__


def _init(self: Any, region_name: str, account_id: str) -> None:
    _plain_init(self, region_name, account_id)
    image = self.register_image(LOCAL_IMAGE, "Debian 13, as the machines of the local cloud boot it (a stand-in)")
    image.architecture, image.virtualization_type, image.root_device_name = "x86_64", "hvm", "/dev/xvda"
    image.root_device_type, image.hypervisor = "ebs", "xen"


def install() -> None:
    """Every region has the image from its first use on."""
    type.__setattr__(EC2Backend, "__init__", _init)


BEHAVIOURS: Behaviours = {}
