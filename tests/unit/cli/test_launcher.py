"""``rw``: the launcher says what is wrong before Python has started."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "rw", tmp_path / "rw")
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    return tmp_path


def launch(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(checkout), **environment}
    return subprocess.run([checkout / "rw", "version"], capture_output=True, text=True, env=env, check=False)


def test_without_a_new_enough_python_it_says_so_and_how_to_name_one(checkout: Path) -> None:
    tools = checkout / "bin"
    tools.mkdir()
    for name in ("dirname", "cksum", "cat", "sh"):
        (tools / name).symlink_to(shutil.which(name) or name)
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = launch(checkout, PATH=str(tools))
    assert done.returncode == 4
    assert "no Python 3.11 or newer" in done.stderr
    assert "RW_PYTHON" in done.stderr


def test_a_dependency_that_cannot_be_had_is_one_clear_message(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text("nothing==1.0 --hash=sha256:" + "0" * 64 + "\n")
    done = launch(checkout, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(checkout))
    assert done.returncode == 4
    assert "could not be installed" in done.stderr
    assert not (checkout / ".venv" / ".stamp").exists(), "a half-made environment must not count as made"


def test_a_made_environment_is_not_made_again(checkout: Path) -> None:
    package = checkout / "rackwright" / "cli"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys; print('ran', sys.argv[1:])\n")
    first, second = launch(checkout, PIP_NO_INDEX="1"), launch(checkout, PIP_NO_INDEX="1")
    assert "setting up" in first.stderr
    assert second.stderr == ""
    assert first.stdout == second.stdout == "ran ['version']\n"
