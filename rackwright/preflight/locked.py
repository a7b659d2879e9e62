"""What the lock holds, against what the spec wants."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.catalog.operating_systems import by_release
from rackwright.catalog.security import load_floors
from rackwright.catalog.version import version_order
from rackwright.lock.model import OperatingSystem
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View


@rule("RW-SW-036", Severity.INFO)
def software_is_locked(view: View) -> Iterator[Fault]:
    """The stack has a lock.

    Until then two runs may install two things.

    Source: https://github.com/stackhpc/ansible-slurm-appliance/pull/1032 (a moved repository broke the image build)
    """
    if view.lock is None and view.spec.target.kind != "local":
        yield Fault(("software",), "the stack has no lock; versions float", "run './rw lock'")


@rule("RW-SW-037")
def lock_is_for_the_system(view: View) -> Iterator[Fault]:
    """The lock is for the operating system of the spec.

    Source: our own model: package names and versions differ by distribution
    """
    system = view.spec.software.os
    if view.lock and system and _name_of(view.lock.os) != system:
        summary = f"the lock is for {view.lock.os.distribution} {view.lock.os.release}, the spec asks for {system}"
        yield Fault(("software", "os"), summary, "run './rw lock'")


def _name_of(locked: OperatingSystem) -> str:
    return by_release(locked.distribution, locked.release).name


@rule("RW-SW-038")
def lock_is_of_the_branch(view: View) -> Iterator[Fault]:
    """The locked driver is of the branch of the spec.

    A rehearsal whose spec names no branch has whatever its distribution packages.

    Source: our own model: the lock answers the spec's wishes
    """
    if view.spec.target.kind == "local" and "driver" not in view.spec.software.model_fields_set:
        return
    branch = str(view.spec.software.driver_branch)
    packages = view.lock.packages if view.lock else {}
    drivers = [p.version for name, p in packages.items() if name.startswith(("nvidia-driver", "libcuda1"))]
    for version in drivers:
        if not version.partition(":")[2].startswith(branch) and not version.startswith(branch):
            yield Fault(
                ("software", "driver"), f"the lock holds {version}, the spec asks for {branch}", "run './rw lock'"
            )
            return


@rule("RW-SW-039")
def lock_holds_the_images(view: View) -> Iterator[Fault]:
    """Every image of the spec is in the lock, with its digest.

    Source: NIST SP 800-53 SI-7; https://slsa.dev/spec/v1.0/ (pinned by digest)
    """
    for index, image in enumerate(view.spec.software.ngc if view.lock else ()):
        if view.lock and image not in view.lock.images and "@sha256:" not in image:
            yield Fault(("software", "ngc", index), f"'{image}' is not in the lock", "run './rw lock'")


@rule("RW-SW-040")
def lock_has_no_stand_ins(view: View) -> Iterator[Fault]:
    """A cluster that is not the rehearsal has real images.

    Source: our own model: the rehearsal's registry serves small stand-ins under the real names
    """
    if view.lock is None or view.spec.target.kind == "local":
        return
    for index, image in enumerate(view.spec.software.ngc):
        if image in view.lock.images and view.lock.images[image].stand_in:
            yield Fault(("software", "ngc", index), f"the lock has a stand-in for '{image}'", "run './rw lock'")


@rule("RW-SW-041")
def locked_drivers_agree(view: View) -> Iterator[Fault]:
    """Driver, fabric manager and IMEX are locked at one release.

    Source: https://github.com/NVIDIA/gpu-operator/issues/544
    """
    packages = view.lock.packages if view.lock else {}
    wanted = ("nvidia-fabricmanager", "nvidia-fabric-manager", "nvidia-imex", "libnvidia-nscq", "nvidia-driver")
    releases = {_release(p.version) for name, p in packages.items() if name.startswith(wanted)}
    if len(releases) > 1:
        yield Fault(("software",), f"the lock mixes {', '.join(sorted(releases))}", "run './rw lock'")


def _release(version: str) -> str:
    """Upstream part of a package's version: ``580.159.03`` of ``1:580.159.03-1ubuntu1``."""
    return version.rpartition(":")[2].partition("-")[0]


@rule("RW-SW-042")
def locked_packages_are_safe(view: View) -> Iterator[Fault]:
    """Locked container toolkit and DCGM have the fixes of NVIDIA's bulletins.

    Source: https://www.nvidia.com/en-us/security/ (bulletins 5850, 5857)
    """
    names = {"nvidia-container-toolkit": "container-toolkit", "datacenter-gpu-manager": "dcgm"}
    floors = load_floors()
    for name, package in view.lock.packages.items() if view.lock and view.loads_driver else ():
        product = names.get(name)
        release = _release(package.version)
        fix = floors.floor(product, release, view.today) if product else None
        if fix and version_order(release) < version_order(fix.fixed):
            yield Fault(
                ("software",), f"the lock holds {name} {release}, safe is {fix.fixed}", "run './rw lock --upgrade'"
            )
