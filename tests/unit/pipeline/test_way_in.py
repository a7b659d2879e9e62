"""A person's own ssh configuration as the way to hosts of a real cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from rackwright.configure.runner import with_access
from rackwright.diagnostics import InputError
from rackwright.inventory import Inventory
from rackwright.pipeline.nodes.way_in import own_ssh, ssh_configuration, through


def test_nothing_is_invented_where_no_file_is_named() -> None:
    assert ssh_configuration({}) is None


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="which is no file"):
        ssh_configuration({"RW_SSH_CONFIG": str(tmp_path / "none")})


def test_ansible_and_ssh_go_the_same_way_and_nothing_of_ours_is_added(tmp_path: Path) -> None:
    path = tmp_path / "with blank"
    path.write_text("Host *\n  ProxyCommand true\n")
    found = ssh_configuration({"RW_SSH_CONFIG": str(path)})
    assert found is not None
    variables = through(Inventory(cluster="c"), found).vars
    site = {"all": {"hosts": {}, "vars": dict(variables)}}
    assert with_access(site, None, "known_hosts")["all"]["vars"] == variables
    assert f"'{path}'" in str(variables["ansible_ssh_common_args"])
    assert own_ssh(found)[:3] == ["ssh", "-F", str(path)]
