"""Variables of role base: packages of the lock, their sources, time, journal."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.variables.area import Area, Site, Variables
from rackwright.inventory import Host
from rackwright.lock.model import Lock, Package

AWS_TIME_SERVER = "169.254.169.123"
"""Amazon Time Sync Service. Source: EC2 user guide, "Set the time reference on your EC2 instance"."""


def packages_of(host: Host, lock: Lock) -> dict[str, Package]:
    """Packages of the lock that belong on `host`, by name."""
    return {name: package for name, package in sorted(lock.packages.items()) if package.role in host.roles}


def _of_groups(site: Site) -> Mapping[str, Variables]:
    built = any(package.source == "built" for package in site.lock.packages.values())
    repositories = [{"name": "built", "uri": site.services.apt_repo, "key": ""}] if site.services and built else []
    base = {
        "base_machine_kind": "container" if site.is_rehearsal else "machine",
        "base_pins": {name: package.version for name, package in sorted(site.lock.packages.items())},
        "base_apt_repositories": repositories,
        "base_timezone": site.design.timezone,
        "base_time_servers": [AWS_TIME_SERVER] if site.design.target == "aws" else [],
        "base_journal_retention_days": site.design.retention_days,
    }
    return {"base": base}


def _of_host(host: Host, site: Site) -> Variables:
    packages = packages_of(host, site.lock)
    return {
        "base_packages": [f"{name}={package.version}" for name, package in packages.items()],
        "base_held_packages": [name for name, package in packages.items() if package.held],
    }


AREA = Area(frozenset({"base"}), _of_groups, _of_host)
