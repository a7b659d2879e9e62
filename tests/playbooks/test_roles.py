"""Conventions of roles: typed arguments, prefixed variables, generated pages, agreement with the inventory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from ruamel.yaml import YAML

from rackwright.configure.role_docs import argument_spec, controls_of, defaults, readme, roles
from rackwright.configure.runner import PLAYBOOKS
from rackwright.configure.variables import ROLES, LocalServices, site_inventory
from tests.unit.configure.sample import design, lock, whole_inventory

ROLE_NAMES = [role.name for role in roles()]
SECRETS = {"munge_key", "mfa_secret", "ngc_key", "vgpu_token", "object_store_secret"}
BESIDE_PYTHON = Path(sys.executable).parent
SERVICES = LocalServices(apt_repo="http://10.40.0.1:3180", registry="http://10.40.0.1:5000")


def tasks_of(node: Any) -> list[dict[str, Any]]:
    """Tasks in a task list, blocks opened."""
    found = []
    for task in node or []:
        found += tasks_of(task["block"]) if "block" in task else [task]
    return found


def all_tasks() -> list[tuple[Path, dict[str, Any]]]:
    paths = [
        path
        for kind in ("tasks", "roles/*/tasks", "roles/*/handlers")
        for path in sorted(PLAYBOOKS.glob(f"{kind}/*.yml"))
    ]
    return [(path, task) for path in paths for task in tasks_of(YAML(typ="safe").load(path.read_text()))]


def site(target: Any) -> dict[str, Any]:
    return site_inventory(whole_inventory(), design(target), lock(), SERVICES if target == "local" else None)


def test_the_inventory_knows_the_same_roles_as_the_playbooks() -> None:
    assert set(ROLE_NAMES) == ROLES


@pytest.mark.parametrize("role", roles(), ids=lambda role: role.name)
def test_a_roles_page_is_current(role: Path) -> None:
    assert (role / "README.md").read_text() == readme(role), "run python -m rackwright.configure.role_docs"


@pytest.mark.parametrize("role", roles(), ids=lambda role: role.name)
def test_every_variable_is_typed_described_and_prefixed(role: Path) -> None:
    for name, option in argument_spec(role).get("options", {}).items():
        assert name.startswith(f"{role.name}_"), name
        assert option["type"], name
        assert option["description"].endswith("."), name


@pytest.mark.parametrize("role", roles(), ids=lambda role: role.name)
def test_every_default_is_declared_and_what_is_required_has_none(role: Path) -> None:
    options = argument_spec(role).get("options", {})
    assert set(defaults(role)) <= set(options)
    required = {name for name, option in options.items() if option.get("required")}
    assert required.isdisjoint(defaults(role))
    assert set(options) - required == set(defaults(role)), "an optional variable needs a default"


@pytest.mark.parametrize("target", ["local", "aws"])
@pytest.mark.parametrize("role", roles(), ids=lambda role: role.name)
def test_the_inventory_gives_every_required_variable(role: Path, target: str) -> None:
    found = cast("dict[str, Any]", site(target)["all"])
    group = found["children"][role.name]
    options = argument_spec(role).get("options", {})
    required = {name for name, option in options.items() if option.get("required")} - SECRETS
    for host in group["hosts"]:
        assert required <= set(group["vars"]) | set(found["hosts"][host]), host


@pytest.mark.parametrize("role", roles(), ids=lambda role: role.name)
def test_the_inventory_gives_no_variable_that_the_role_does_not_know(role: Path) -> None:
    found = cast("dict[str, Any]", site("local")["all"])
    assert set(found["children"][role.name]["vars"]) <= set(argument_spec(role).get("options", {}))


def test_every_task_uses_a_module_of_ansibles_own() -> None:
    words = {"name", "register", "when", "loop", "loop_control", "notify", "changed_when", "failed_when", "check_mode"}
    words |= {"no_log", "become", "until", "retries", "delay", "environment", "run_once", "vars"}
    for path, task in all_tasks():
        (module,) = set(task) - words
        assert module.startswith("ansible.builtin."), f"{path}: {module}"


def test_every_command_says_when_it_changes_something() -> None:
    for path, task in all_tasks():
        if command := task.get("ansible.builtin.command"):
            guarded = isinstance(command, dict) and ("creates" in command or "removes" in command)
            assert guarded or "changed_when" in task, f"{path}: {task['name']}"


@pytest.mark.parametrize("path", sorted(PLAYBOOKS.glob("roles/*/vars/main.yml")), ids=lambda path: path.parts[-3])
def test_files_that_are_compared_are_the_files_that_are_written(path: Path) -> None:
    role = path.parents[1]
    files = YAML(typ="safe").load(path.read_text()).get(f"{role.name}_files", [])
    assert all((role / "templates" / file["src"]).is_file() for file in files)
    modes = {file["dest"]: file.get("mode", "0644") for file in files}
    lists = [YAML(typ="safe").load(path.read_text()) for path in sorted(role.glob("tasks/*.yml"))]
    tasks = [task for listed in lists for task in tasks_of(listed)]
    compared = [task for task in tasks if "stale_states" not in str(task.get("when"))]
    written = [task["ansible.builtin.template"] for task in compared if "ansible.builtin.template" in task]
    literal = {template["dest"]: template["mode"] for template in written if "{{" not in template["dest"]}
    assert literal.items() <= modes.items()
    looped = [task["loop"] for task in tasks if "stale_files" in str(task.get("loop"))]
    assert literal.keys() == modes.keys() or looped


@pytest.mark.parametrize("role", roles(), ids=lambda role: role.name)
def test_a_control_is_named_where_it_is_set(role: Path) -> None:
    for control in controls_of(role):
        assert control["id"] in (role / control["where"]).read_text(), control


def test_nothing_ignores_errors() -> None:
    for path in PLAYBOOKS.rglob("*.yml"):
        assert "ignore_errors" not in path.read_text(), path


def test_the_key_of_munge_is_never_logged() -> None:
    (task,) = [task for _, task in all_tasks() if "munge_key" in json.dumps(task)]
    assert task["no_log"] is True


def test_every_play_names_its_phase() -> None:
    phases = YAML(typ="safe").load((PLAYBOOKS / "site.yml").read_text())
    titles = {entry["name"] for entry in phases}
    for path in sorted(PLAYBOOKS / entry["ansible.builtin.import_playbook"] for entry in phases):
        for play in YAML(typ="safe").load(path.read_text()):
            assert re.match(r"[A-Z]\w+: \S", play["name"]), play["name"]
            assert play["name"].partition(":")[0] in titles
            assert play["gather_facts"] is False


def test_a_play_that_leaves_hosts_alone_is_part_of_the_first_look() -> None:
    (look,) = YAML(typ="safe").load((PLAYBOOKS / "look.yml").read_text())
    looked = {role["role"] for role in look["roles"]}
    plays = [play for path in PLAYBOOKS.glob("*.yml") for play in YAML(typ="safe").load(path.read_text())]
    for play in plays:
        told = [task.get("vars", {}) for task in play.get("pre_tasks", [])]
        own = [name for variables in told if variables.get("stale_ends_play") for name in variables["stale_roles"]]
        assert set(own) <= looked, play["name"]
        assert [role["role"] for role in play.get("roles", [])] == own or not own, play["name"]


@pytest.mark.parametrize("playbook", ["site.yml", "validate.yml"])
def test_a_playbook_is_well_formed(playbook: str, tmp_path: Path) -> None:
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps(site("local")))
    done = run("ansible-playbook", "--syntax-check", "-i", str(path), playbook, home=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_broken_inventory_is_refused_before_any_host_is_touched(tmp_path: Path) -> None:
    broken = site("local")
    del cast("dict[str, Any]", broken["all"])["children"]["slurm_controller"]
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps(broken))
    done = run("ansible-playbook", "-i", str(path), "validate.yml", home=tmp_path)
    assert done.returncode == 2
    assert "need a host in slurm_controller" in done.stdout + done.stderr


def test_a_group_without_a_role_is_refused_before_any_host_is_touched(tmp_path: Path) -> None:
    broken = site("local")
    cast("dict[str, Any]", broken["all"])["children"]["slurm_nod"] = {"hosts": {"head-1": {}}}
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps(broken))
    done = run("ansible-playbook", "-i", str(path), "validate.yml", home=tmp_path)
    assert done.returncode == 2
    assert "groups without a role of their name: slurm_nod;" in " ".join((done.stdout + done.stderr).split())


def run(*command: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that lies beside python, with Ansible's own files kept out of the user's home."""
    path = os.pathsep.join([str(BESIDE_PYTHON), os.environ["PATH"]])
    settings = {"PATH": path, "ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg"), "ANSIBLE_HOME": str(home)}
    return subprocess.run(
        [str(BESIDE_PYTHON / command[0]), *command[1:]],
        cwd=PLAYBOOKS,
        env={**os.environ, **settings, "LC_ALL": "C.UTF-8"},
        text=True,
        capture_output=True,
        check=False,
        timeout=240,
    )
