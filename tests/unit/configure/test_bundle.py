"""The bundle: same input, same bytes; Ansible inside runs; nothing of this machine in it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure.bundle import archive, make_bundle
from rackwright.configure.runner import PLAYBOOKS
from rackwright.evidence.keys import new_key
from rackwright.node import fetch
from tests.unit.configure.sample import lock

SLICES: dict[str, Any] = {"hosts": {}, "groups": {}, "pools": {}, "shared": [], "vars": {}, "secrets": {}}


@given(st.dictionaries(st.text("abc/", min_size=1, max_size=9).filter(lambda s: not s.startswith("/")), st.binary()))
def test_an_archive_holds_what_went_in_in_one_order(content: dict[str, bytes]) -> None:
    backwards = dict(reversed(content.items()))
    assert archive(content) == archive(backwards)
    with tarfile.open(fileobj=io.BytesIO(archive(content))) as tar:
        assert [(one.mtime, one.uid, one.mode) for one in tar] == [(0, 0, 0o644)] * len(content)


def test_the_same_input_gives_the_same_bytes_and_other_slices_give_others(tmp_path: Path) -> None:
    key, playbooks = new_key(), shutil.copytree(PLAYBOOKS, tmp_path / "playbooks")
    first, second = (make_bundle(SLICES, lock(), key.sign, playbooks) for _ in range(2))
    assert first.data == second.data
    assert first.digest != make_bundle({**SLICES, "shared": ["head-1"]}, lock(), key.sign, playbooks).digest
    assert fetch.unpacked(first.data, {"public_key": key.public.pem.decode()}, tmp_path).name == first.digest


def test_ansible_of_the_bundle_runs_without_anything_installed(tmp_path: Path) -> None:
    key, playbooks = new_key(), tmp_path / "playbooks"
    playbooks.mkdir()
    play = {
        "hosts": "all",
        "gather_facts": False,
        "connection": "local",
        "tasks": [{"ansible.builtin.command": "true"}],
    }
    (playbooks / "site.yml").write_text(json.dumps([play]))
    bundle = make_bundle(SLICES, lock(), key.sign, playbooks)
    folder = fetch.unpacked(bundle.data, {"public_key": key.public.pem.decode()}, tmp_path)
    environment = {
        "PYTHONPATH": str(folder / "runtime"),
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
    }
    command = [sys.executable, "-S", "-B", "-m", "ansible.cli.playbook", "-i", "x,", "site.yml"]
    done = subprocess.run(
        command, cwd=folder / "playbooks", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
