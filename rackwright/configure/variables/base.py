"""Variables of role base: packages of the lock and their sources."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.variables.area import Area, Site, Variables
from rackwright.inventory import Host
from rackwright.lock.belonging import packages_for

MIRROR_KEY = "/etc/apt/keyrings/rackwright-mirror.asc"
"""Where a machine image has the key of the site's mirror, if the spec does not carry it."""


def repositories(site: Site) -> list[dict[str, str]]:
    """Repositories beside the distribution's own and NVIDIA's, which `cuda-keyring` brings."""
    found = []
    if site.services and any(package.source == "built" for package in site.lock.packages.values()):
        found.append({"name": "built", "uri": site.services.apt_repo, "key": ""})
    software = site.design.software
    if software.mirror and software.package_source == "mirror":
        key = software.mirror_key or MIRROR_KEY
        found.append({"name": "mirror", "uri": f"{software.mirror.rstrip('/')}/apt", "key": key})
    return found


def _of_groups(site: Site) -> Mapping[str, Variables]:
    base = {
        "base_pins": {name: package.version for name, package in sorted(site.lock.packages.items())},
        "base_apt_repositories": repositories(site),
    }
    return {"base": base}


def _of_host(host: Host, site: Site) -> Variables:
    packages = packages_for(host.roles, site.lock)
    return {
        "base_packages": [f"{name}={package.version}" for name, package in packages.items()],
        "base_held_packages": [name for name, package in packages.items() if package.held],
    }


AREA = Area(frozenset({"base"}), _of_groups, _of_host)
