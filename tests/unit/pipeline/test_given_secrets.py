"""Secrets that a person gives come from a private file or the environment, and are asked for all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from rackwright.design.model import Design
from rackwright.design.node_model import GpuSettings, NodeSoftware
from rackwright.diagnostics import InputError
from rackwright.pipeline.nodes.given_secrets import given_secrets
from tests.unit.configure.sample import design


def needy(target: str = "on-prem") -> Design:
    made = design("on-prem")
    pools = tuple(pool.model_copy(update={"gpu_settings": GpuSettings(vgpu="h100-40c")}) for pool in made.pools)
    software = NodeSoftware(ngc_secret="cluster/ngc")  # the name of a secret
    return made.model_copy(update={"software": software, "pools": pools, "target": target})


def test_every_secret_that_is_missing_is_asked_for_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        given_secrets(tmp_path, needy(), {})
    assert [problem.where for problem in refused.value.problems] == ["software.ngc_secret", "pools.<pool>.gpus.vgpu"]
    assert "RW_NGC_KEY" in str(refused.value.problems[0].hint)


def test_a_file_of_the_owner_or_the_environment_gives_it(tmp_path: Path) -> None:
    (tmp_path / "ngc-key").write_text("key\n")
    (tmp_path / "ngc-key").chmod(0o600)
    assert given_secrets(tmp_path, needy(), {"RW_VGPU_TOKEN": "token"}) == {"ngc_key": "key", "vgpu_token": "token"}


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ngc-key").write_text("key")
    (tmp_path / "ngc-key").chmod(0o640)
    with pytest.raises(InputError, match="read by others"):
        given_secrets(tmp_path, needy(), {"RW_VGPU_TOKEN": "token"})


def test_a_rehearsal_and_a_cluster_without_licences_need_none(tmp_path: Path) -> None:
    assert given_secrets(tmp_path, needy("local"), {}) == {}
    assert given_secrets(tmp_path, design("on-prem"), {}) == {}
