"""The inventory that Ansible reads, from inventory, design and lock. Pure: everything that a role decides by is here.

Group variables carry what all hosts of a role share, host variables what differs. A value that only the spec knows has
no default in the role, so a missing one fails by name in the role's argument check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rackwright.configure.slurm import controller_variables, node_variables
from rackwright.design.model import Design
from rackwright.inventory import Host, Inventory
from rackwright.lock.model import Lock, Package

NODE_EXPORTER_PORT = 9100
"""Registered for the node exporter in Prometheus' list of default ports."""

AWS_TIME_SERVER = "169.254.169.123"
"""Amazon Time Sync Service. Source: EC2 user guide, "Set the time reference on your EC2 instance"."""

ROLES = frozenset(
    {
        *("base", "gpu_driver", "cuda", "container_runtime", "ngc", "munge"),
        *("slurm_controller", "slurm_node", "node_exporter"),
    }
)
"""Roles that playbooks/ has. A host in another group has nothing done for that group."""


@dataclass(frozen=True, slots=True)
class LocalServices:
    """What the local cloud serves to its machines in place of the internet."""

    apt_repo: str
    """URL of the flat repository with the packages that were built here."""
    registry: str
    """URL of the image registry that mirrors nvcr.io."""


@dataclass(frozen=True, slots=True)
class Access:
    """How Ansible gets into the hosts."""

    user: str = "admin"
    """Login that may become root without a password: ``admin`` on Debian's images, ``ubuntu`` on Ubuntu's."""


def site_inventory(
    inventory: Inventory, design: Design, lock: Lock, services: LocalServices | None, access: Access | None = None
) -> dict[str, object]:
    """The whole Ansible inventory, ready to be written as YAML; sorted, so the same input gives the same bytes.

    `services` is None on a real cluster: packages and images then come from where the lock says.
    """
    hosts = sorted(inventory.hosts, key=lambda host: host.name)
    everything = {
        "hosts": {host.name: host_variables(host, design, lock) for host in hosts},
        "vars": {
            "ansible_user": (access or Access()).user,
            "ansible_python_interpreter": "/usr/bin/python3",
            **dict(sorted(inventory.vars.items())),
        },
        "children": _groups(inventory, group_variables(inventory, design, lock, services)),
    }
    return {"all": everything}


def host_variables(host: Host, design: Design, lock: Lock) -> dict[str, object]:
    """What differs from host to host."""
    packages = packages_of(host, lock)
    held = [name for name, package in packages.items() if package.held]
    return {
        "ansible_host": str(host.address),
        "base_packages": [f"{name}={package.version}" for name, package in packages.items()],
        "base_held_packages": held,
        "gpu_driver_expected_gpus": gpus_of(host, design),
        "node_exporter_address": str(host.address),
    }


def packages_of(host: Host, lock: Lock) -> dict[str, Package]:
    """Packages of the lock that belong on `host`, by name."""
    return {name: package for name, package in sorted(lock.packages.items()) if package.role in host.roles}


def gpus_of(host: Host, design: Design) -> int:
    """GPUs that the design gives a host's pool; 0 for a pool that the design does not know."""
    return next((pool.gpus for pool in design.pools if pool.name == host.pool), 0)


def group_variables(
    inventory: Inventory, design: Design, lock: Lock, services: LocalServices | None
) -> dict[str, dict[str, object]]:
    """Group -> variables, for every role that the hosts could have."""
    has_gpus = design.target != "local"
    return {
        "base": _base(design, lock, services),
        "gpu_driver": {"gpu_driver_module_name": module_name(design, lock), "gpu_driver_gpu_present": has_gpus},
        "cuda": {"cuda_runtime_version": cuda_runtime(lock)},
        "container_runtime": {
            "container_runtime_gpu_present": has_gpus,
            "container_runtime_mirrors": mirrors(lock, services),
        },
        "ngc": {
            "ngc_images": [{"reference": name, "digest": image.digest} for name, image in sorted(lock.images.items())]
        },
        "node_exporter": {"node_exporter_port": NODE_EXPORTER_PORT},
        "slurm_controller": controller_variables(inventory, design),
        "slurm_node": node_variables(inventory),
    }


def module_name(design: Design, lock: Lock) -> str:
    """Name of the kernel module: Debian renames it so that two branches can be installed side by side."""
    if lock.os.distribution != "debian":
        return "nvidia"
    return "nvidia-current-open" if design.driver_module == "open" else "nvidia-current"


def cuda_runtime(lock: Lock) -> str:
    """Release of the locked CUDA runtime library (``12.4``); an empty text when the lock has none."""
    version = next((package.version for name, package in lock.packages.items() if is_cuda_runtime(name)), "")
    return ".".join(version.split(".")[:2])


def is_cuda_runtime(name: str) -> bool:
    """Whether a package is the runtime library: ``libcudart12`` on Debian, ``cuda-cudart-13-0`` from NVIDIA."""
    return name.startswith(("libcudart", "cuda-cudart")) and not name.endswith("-dev")


def mirrors(lock: Lock, services: LocalServices | None) -> list[dict[str, str]]:
    """Registries of the locked images, each with the mirror that is used in its place."""
    if services is None:
        return []
    registries = sorted({reference.partition("/")[0] for reference in lock.images})
    return [{"registry": registry, "url": services.registry} for registry in registries]


def _base(design: Design, lock: Lock, services: LocalServices | None) -> dict[str, object]:
    built = any(package.source == "built" for package in lock.packages.values())
    repositories = [{"name": "built", "uri": services.apt_repo, "key": ""}] if services and built else []
    return {
        "base_machine_kind": "container" if design.target == "local" else "machine",
        "base_pins": {name: package.version for name, package in sorted(lock.packages.items())},
        "base_apt_repositories": repositories,
        "base_timezone": design.timezone,
        "base_time_servers": [AWS_TIME_SERVER] if design.target == "aws" else [],
        "base_journal_retention_days": design.retention_days,
    }


def _groups(inventory: Inventory, variables: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Every group that has hosts. The others stay out, so that nothing asks for their variables."""
    groups = sorted({role for host in inventory.hosts for role in host.roles})
    return {
        group: {
            "hosts": {host.name: {} for host in inventory.in_role(group)},
            "vars": dict(variables.get(group, {})),
        }
        for group in groups
    }
