"""What is said about roles and systems is what the tests of machines do; a role that cannot run is refused first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from rackwright.catalog.operating_systems import SYSTEMS
from rackwright.configure import LocalServices, site_inventory
from rackwright.configure.role_docs import roles, standing, systems_page
from rackwright.configure.runner import PLAYBOOKS
from rackwright.configure.slurm import cgroup_plugin
from rackwright.design.role_systems import BY_RPM, BY_TEXT, CONVERGED_ON, LEFT_OUT, NOT_CONVERGED, refusals
from rackwright.lock.model import OperatingSystem
from tests.integration.gpu_node import ROLES as OF_GPU_NODE
from tests.integration.test_debian12_machines import ROLES as ON_DEBIAN_12
from tests.integration.test_elastic_machines import ROLES as OF_ELASTIC_NODES

from .sample import GPU_ROLES, HEAD_ROLES, HOST_ROLES, SITE_ROLES, design, lock, whole_inventory

ALL = {path.name for path in roles()}
ON_DEBIAN_13 = (
    {*HEAD_ROLES, *GPU_ROLES}  # test_configure_machines
    | {"base", *HOST_ROLES, *SITE_ROLES} - {"munge", "slurm_login", "slurm_power"}  # test_host_roles_machines
    | OF_GPU_NODE
    | {role for names in OF_ELASTIC_NODES.values() for role in names}
)


@pytest.mark.parametrize(("system", "played"), [("debian-12", ON_DEBIAN_12), ("debian-13", ON_DEBIAN_13)])
def test_a_role_is_called_converged_where_a_test_plays_it_on_a_machine(system: str, played: set[str]) -> None:
    assert ALL - played == {role for role, systems in NOT_CONVERGED.items() if system in systems}


def test_every_system_with_a_package_manager_of_its_own_is_in_the_table() -> None:
    assert SYSTEMS.keys() - {"al2023"} == {*CONVERGED_ON, *BY_TEXT, *BY_RPM}
    assert f"| role | {' | '.join((*CONVERGED_ON, *BY_TEXT, *BY_RPM))} |" in systems_page()
    assert {standing(role, system) for role in ALL for system in BY_TEXT} == {"by rule and unit test"}


def test_names_of_roles_in_the_table_are_roles() -> None:
    assert LEFT_OUT.keys() | NOT_CONVERGED.keys() <= ALL


def refused_site(release: str, distribution: str = "debian") -> dict[str, Any]:
    system = OperatingSystem.model_validate({"distribution": distribution, "release": release})
    services = LocalServices(apt_repo="http://192.0.2.1:3180", registry="http://192.0.2.1:5000")
    return site_inventory(whole_inventory(), design(), lock().model_copy(update={"os": system}), services)


@pytest.mark.parametrize(
    ("distribution", "release", "says"),
    [
        ("debian", "bookworm", "slurm_login cannot run on debian-12: its Slurm 22.05 has no sackd"),
        ("debian", "bookworm", "NFS over TLS cannot run on debian-12: it has no ktls-utils"),
        ("ubuntu", "22.04", "NFS over TLS cannot run on ubuntu-22.04"),
        ("rocky", "9", "no host of rocky-9 can be configured: `base` installs with apt"),
    ],
)
def test_a_system_that_cannot_play_a_role_is_refused_before_any_host_is_touched(
    distribution: str, release: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps(refused_site(release, distribution)))
    program = Path(sys.executable).parent / "ansible-playbook"
    environment = {**os.environ, "HOME": str(tmp_path), "ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg")}
    done = subprocess.run(
        [program, "-i", path, "validate.yml"],
        cwd=PLAYBOOKS,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert says in " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("system", ["debian-13", "ubuntu-24.04"])
def test_the_systems_of_the_examples_can_play_every_role(system: str) -> None:
    assert list(refusals(ALL, system, nfs_over_tls=True)) == []
    known = SYSTEMS[system]
    site = refused_site(known.release, known.distribution)
    assert "validate_refused" not in cast("dict[str, Any]", site["all"])["vars"]


def installing(module: str) -> set[str]:
    """Roles with a task that installs by `module`."""
    tasks = (PLAYBOOKS / "roles").glob("*/tasks/*.yml")
    return {path.parents[1].name for path in tasks if f"ansible.builtin.{module}:" in path.read_text()}


def test_the_roles_that_install_by_themselves_are_known_and_the_others_leave_it_to_base() -> None:
    assert installing("apt") == {"base", "fabric_infiniband", "nvidia_repository", "storage_lustre"}
    assert installing("package") == {"acceptance_tools", "gpu_driver"}, "any package manager's"
    assert installing("dnf") | installing("yum") == set(), "a host of Rocky is refused before these would be missed"


@pytest.mark.parametrize(
    ("confinement", "release", "plugin"),
    [
        ("cgroup", "22.05.8", "cgroup/v2"),
        ("none", "22.05.8", "cgroup/v1"),
        ("none", "24.11.5", "disabled"),
        ("none", "", "disabled"),
    ],
)
def test_slurm_gets_a_cgroup_plugin_that_it_knows(confinement: str, release: str, plugin: str) -> None:
    assert cgroup_plugin(confinement, release) == plugin
