"""How hosts of a real cluster are reached by ssh: by a configuration of the person's own, never by one that we invent.

``RW_SSH_CONFIG`` names an ssh_config(5) file; its ``ProxyCommand`` may be Session Manager's
(``aws ssm start-session --document-name AWS-StartSSHSession``), its host keys and user keys are the person's business.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from rackwright.diagnostics import InputError
from rackwright.inventory import Inventory

VARIABLE = "RW_SSH_CONFIG"


def ssh_configuration(environment: Mapping[str, str]) -> Path | None:
    """The file that the environment names; None when it names none. `InputError` when it is not there."""
    named = environment.get(VARIABLE)
    if not named:
        return None
    path = Path(named).absolute()
    if not path.is_file():
        raise InputError(f"{VARIABLE} is {named!r}, which is no file", where=VARIABLE)
    return path


def own_ssh(configuration: Path) -> list[str]:
    """The ssh program with that configuration alone; it never asks."""
    return ["ssh", "-F", str(configuration), "-o", "BatchMode=yes"]


def through(inventory: Inventory, configuration: Path) -> Inventory:
    """The inventory with that configuration as Ansible's way in."""
    arguments = shlex.join(own_ssh(configuration)[1:])
    return inventory.model_copy(update={"vars": {**inventory.vars, "ansible_ssh_common_args": arguments}})
