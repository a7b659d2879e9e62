"""The playbooks under Ansible's own settings, as whoever runs ``ansible-playbook`` by hand has them. No machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from rackwright.configure.runner import PLAYBOOKS

STUCK_S = 40
"""Seconds after which a command counts as one that never ends, and is ended; it takes a tenth of one."""
LONGEST_S = 90
"""Seconds after which a whole play does."""

SSH = f"""#!{sys.executable}
# Stands for ssh: the command runs here, with a terminal of its own where ssh would make one (-tt).
import os, subprocess, sys
terminal = os.openpty()[1] if "-tt" in sys.argv else None
command = ["timeout", "{STUCK_S}", "sh", "-c", sys.argv[-1]]
sys.exit(subprocess.run(command, stdin=terminal, start_new_session=True).returncode)
"""


def plain_ansible(folder: Path, site: dict[str, object], *tasks: dict[str, object]) -> str:
    """What a play over all hosts of `site` says with no settings of ours."""
    (folder / "play.json").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    (folder / "site.json").write_text(json.dumps(site))
    (folder / "ansible.cfg").write_text(f"[defaults]\nlookup_plugins = {PLAYBOOKS / 'lookup_plugins'}\n")
    home = {"ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    program = Path(sys.executable).with_name("ansible-playbook")
    command = [str(program), "-i", str(folder / "site.json"), str(folder / "play.json")]
    done = subprocess.run(
        command, env=os.environ | home, capture_output=True, text=True, timeout=LONGEST_S, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_look_ends_and_is_right_although_it_has_a_terminal(tmp_path: Path) -> None:
    (ssh := tmp_path / "ssh").write_text(SSH)
    ssh.chmod(0o755)
    access = {"ansible_ssh_executable": str(ssh), "ansible_ssh_transfer_method": "piped"}
    differs = [{"dest": str(tmp_path / "none"), "src": "anything"}]
    groups = {
        "quiet": {"hosts": {"nothing-to-ask": {}}},
        "sample": {"hosts": {"differs": {"sample_links": differs}}},
        "other": {"hosts": {"of-no-role": {"sample_links": differs}}},
    }
    site = {"all": {"vars": {**access, "ansible_python_interpreter": sys.executable}, "children": groups}}
    look = {
        "ansible.builtin.include_tasks": str(PLAYBOOKS / "tasks/stale_files.yml"),
        "vars": {"stale_roles": ["quiet", "sample"]},
    }
    tell = {"ansible.builtin.debug": {"msg": "{{ inventory_hostname }} {{ stale_in }}"}}
    said = plain_ansible(tmp_path, site, look, tell)
    assert all(line in said for line in ("nothing-to-ask []", "differs ['sample']", "of-no-role []")), said
