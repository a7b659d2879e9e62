"""The image of a pool is that of the operating system of the spec, and its login and root disk go with it."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Literal

import pytest

from rackwright.catalog.operating_systems import SYSTEMS, by_release, system_of
from rackwright.cloud.roots import LOCAL_IMAGES, release_of
from rackwright.configure import LocalServices, site_inventory
from rackwright.design.images import image_query, login_of, root_device_of
from rackwright.design.model import Design
from rackwright.design.node_model import NodeSoftware
from tests.unit.configure.sample import design, inventory, lock

PUBLISHED = {
    "debian-12": "debian-12-amd64-20251112-2294",
    "debian-13": "debian-13-amd64-20251117-2299",
    "ubuntu-22.04": "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20251015",
    "ubuntu-24.04": "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20251022",
    "rocky-9": "Rocky-9-EC2-Base-9.6-20250531.0.x86_64",
    "al2023": "al2023-ami-2023.9.20251117.1-kernel-6.1-x86_64",
}
"""Names in the form that their publishers use."""


def on(system: str, target: Literal["aws", "on-prem", "local"]) -> Design:
    return design(target).model_copy(update={"software": NodeSoftware(system=system)})


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_aws_is_asked_for_the_image_of_the_system_from_the_one_who_publishes_it(system: str) -> None:
    wanted = on(system, "aws")
    query = image_query(wanted, wanted.pools[0])
    assert [name for name, image in PUBLISHED.items() if fnmatch(image, query.name)] == [system]
    assert query.owner == SYSTEMS[system].image_owner
    assert root_device_of(wanted) == SYSTEMS[system].root_device


def test_people_and_playbooks_come_in_by_the_account_of_the_image() -> None:
    assert {login_of(on(system, "aws")) for system in ("debian-12", "debian-13")} == {"admin"}
    assert login_of(on("ubuntu-24.04", "aws")) == "ubuntu"
    assert login_of(on("ubuntu-24.04", "on-prem")) == "admin"
    services = LocalServices(apt_repo="http://192.0.2.1:3180", registry="http://192.0.2.1:5000")
    site = site_inventory(inventory(), on("ubuntu-24.04", "aws"), lock(), services)
    assert "'ansible_user': 'ubuntu'" in str(site)


def test_a_site_of_ones_own_has_no_images() -> None:
    wanted = on("debian-12", "on-prem")
    with pytest.raises(KeyError):
        image_query(wanted, wanted.pools[0])


@pytest.mark.parametrize(("system", "release"), [("debian-12", "bookworm"), ("debian-13", "trixie")])
def test_a_machine_of_the_local_cloud_boots_the_release_that_its_image_names(system: str, release: str) -> None:
    wanted = on(system, "local")
    image = image_query(wanted, wanted.pools[0]).name
    assert LOCAL_IMAGES[image] == release
    assert release_of(image, None, "any other") == release


def test_a_baked_image_boots_the_release_that_it_lies_on_and_any_other_the_clouds_own() -> None:
    assert release_of("ami-0123456789abcdef0", "bookworm-0123456789abcdef", "trixie") == "bookworm"
    assert release_of("ami-0123456789abcdef0", None, "trixie") == "trixie"


def test_a_spec_that_names_no_system_gets_ubuntu_and_debian_in_a_rehearsal() -> None:
    assert [system_of(None, target).name for target in ("aws", "on-prem", "local")] == [
        *("ubuntu-24.04", "ubuntu-24.04", "debian-13"),
    ]
    assert {by_release(one.distribution, one.release).name for one in SYSTEMS.values()} == SYSTEMS.keys()
