"""Packages of the tests in the folder that the local cloud serves, and locks that name them."""

from __future__ import annotations

import shutil
from pathlib import Path

from rackwright.cloud import packages
from rackwright.cloud.packages import Control, build_package
from rackwright.lock import Lock
from rackwright.lock.model import Package

SAMPLE, FURTHER, BROUGHT = "rackwright-sample", "rackwright-further", "rackwright-brought"
"""One of which there are two versions; one that only the second lock has; and what comes with that."""
BUILT = ((SAMPLE, "1.0", ""), (SAMPLE, "2.0", ""), (FURTHER, "1.0", BROUGHT), (BROUGHT, "1.0", ""))
"""Name, version, what it needs."""


def locked(lock: Lock, version: str) -> Lock:
    """`lock` with one more package; from version 2 on it is held, and a second one is there."""
    more = {SAMPLE: Package(version=version, role="base", source="built", held=version != "1.0")}
    if version != "1.0":
        more[FURTHER] = Package(version="1.0", role="base", source="built")
    return lock.model_copy(update={"packages": {**lock.packages, **more}})


def publish_samples(repository: Path, work: Path) -> None:
    """Put the packages beside those that `repository` serves; `work` is a folder for building."""
    found = {path.name: path for path in repository.glob("*.deb")}
    for name, version, needs in BUILT:
        control = Control(name, version, "all", "A package of the tests", "Nothing.", needs)
        path = build_package(control, {}, work / f"{name}_{version}_all.deb")
        found[path.name] = path
    kept = {
        name: Path(shutil.copy(path, work / name)) if path.parent == repository else path
        for name, path in found.items()
    }
    packages.publish(repository, kept)
