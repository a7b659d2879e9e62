"""Variables of role base: packages of the lock and their sources."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.variables.area import Area, Site, Variables
from rackwright.inventory import Host
from rackwright.lock.belonging import packages_for


def _of_groups(site: Site) -> Mapping[str, Variables]:
    built = any(package.source == "built" for package in site.lock.packages.values())
    repositories = [{"name": "built", "uri": site.services.apt_repo, "key": ""}] if site.services and built else []
    base = {
        "base_pins": {name: package.version for name, package in sorted(site.lock.packages.items())},
        "base_apt_repositories": repositories,
    }
    return {"base": base}


def _of_host(host: Host, site: Site) -> Variables:
    packages = packages_for(host.roles, site.lock)
    return {
        "base_packages": [f"{name}={package.version}" for name, package in packages.items()],
        "base_held_packages": [name for name, package in packages.items() if package.held],
    }


AREA = Area(frozenset({"base"}), _of_groups, _of_host)
