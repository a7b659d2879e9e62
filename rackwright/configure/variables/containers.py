"""Variables of the container roles: runtime, engine, mirrors, policy, images, enroot, pyxis, podman."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.gpu.containers import (
    configuration_form,
    locked_digests,
    plugin_names,
    policy,
    toolkit_floor,
    way_of,
)
from rackwright.configure.gpu.driver import driver_release
from rackwright.configure.gpu.own_images import own_repository
from rackwright.configure.variables.area import Area, Site, Variables

SUB_IDS = 65_536
"""Ids below each account; an account's own id says where they begin, so that they are the same everywhere."""

_CLI = "https://api.ngc.nvidia.com/v2/resources/nvidia/ngc-apps/ngc_cli/versions/{version}/files/ngccli_linux.zip"
"""Source: https://org.ngc.nvidia.com/setup/installers/cli, read 2026-11-21."""

_PYXIS = {
    "debian": "/usr/lib/x86_64-linux-gnu/slurm/spank_pyxis.so",
    "ubuntu": "/usr/lib/x86_64-linux-gnu/slurm/spank_pyxis.so",
    "rocky": "/usr/lib64/slurm/spank_pyxis.so",
}
"""Distribution -> where the package puts the plug-in: Slurm's own folder of plug-ins."""


def mirrors(site: Site) -> list[dict[str, str]]:
    """Registries of the locked images, each with the mirror that is used in its place."""
    url = site.services.registry if site.services else site.design.software.mirror
    registries = sorted({reference.partition("/")[0] for reference in site.lock.images}) if url else []
    return [{"registry": registry, "url": str(url)} for registry in registries]


def _of_groups(site: Site) -> Mapping[str, Variables]:
    return {**_runtimes(site), **_images(site), **_jobs(site)}


def _runtimes(site: Site) -> dict[str, Variables]:
    software = site.design.software
    people = [{"name": one.name, "first_id": one.uid * SUB_IDS} for one in site.design.hosts.people]
    return {
        "container_runtime": {
            "container_runtime_gpu_present": not site.is_rehearsal,
            "container_runtime_driver_release": driver_release(site.lock),
            "container_runtime_toolkit_floor": toolkit_floor() if "container-toolkit" in site.lock.software else "",
            "container_runtime_config_version": configuration_form(site.lock),
            "container_runtime_plugins": dict(plugin_names(site.lock)),
            "container_runtime_cdi": software.cdi,
            "container_runtime_mirrors": mirrors(site),
            "container_runtime_policy": policy(site.design),
            "container_runtime_signed": sorted(software.signature_keys),
            "container_runtime_digests": locked_digests(site.lock),
        },
        "docker": {"docker_cdi": software.cdi},
        "podman": {"podman_people": people},
    }


def _images(site: Site) -> dict[str, Variables]:
    mirrored = bool(mirrors(site))
    images = [
        {
            "reference": name,
            "digest": image.digest,
            "way": way_of(name, site.design, mirrored=mirrored),
            "repository": own_repository(name, site.design, site.lock),
        }
        for name, image in sorted(site.lock.images.items())
    ]
    kubernetes = site.design.scheduler.kind == "kubernetes"
    return {
        "ngc": {
            "ngc_images": images,
            "ngc_namespace": "k8s.io" if kubernetes else "default",
            "ngc_cli": _ngc_cli(site),
        }
    }


def _ngc_cli(site: Site) -> list[dict[str, str]]:
    wanted = site.design.software.ngc_cli
    if wanted is None:
        return []
    url = _CLI.format(version=wanted.version)
    return [{"name": "ngc-cli", "release": wanted.version, "url": url, "digest": f"sha256:{wanted.sha256}"}]


def _jobs(site: Site) -> dict[str, Variables]:
    software = site.lock.software
    return {
        "enroot": {},
        "pyxis": {
            "pyxis_release": software.get("pyxis", ""),
            "pyxis_slurm_release": software.get("slurm", ""),
            "pyxis_library": _PYXIS[site.lock.os.distribution],
        },
    }


AREA = Area(frozenset({"container_runtime", "docker", "podman", "ngc", "enroot", "pyxis"}), _of_groups)
