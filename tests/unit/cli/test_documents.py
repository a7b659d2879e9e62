"""README, ARCHITECTURE and the generated reference say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from rackwright.cli.docs import outdated
from rackwright.cli.tree import COMMANDS, GROUPS, tree

ROOT = Path(__file__).resolve().parents[3]


def commands(group: typer.Typer, prefix: str = "") -> set[str]:
    own = {f"{prefix}{info.name or getattr(info.callback, '__name__', '')}" for info in group.registered_commands}
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        own |= {f"{prefix}{sub.name}"} | commands(sub.typer_instance, f"{prefix}{sub.name} ")
    return own


def test_generated_pages_are_current() -> None:
    assert outdated(ROOT / "docs" / "reference") == [], "run: make docs"


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md"])
def test_every_command_that_a_page_names_exists(page: str) -> None:
    known = commands(tree())
    named = re.findall(r"`?\./rw ((?:[a-z-]+(?: [a-z|]+)?))", (ROOT / page).read_text())
    assert named
    unknown = [words for words in named if words.split()[0] not in known]
    assert unknown == []


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md"])
def test_every_folder_and_page_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text()
    linked = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    folders = re.findall(r"`((?:rackwright|infra|playbooks|policies|stacks|tests|benchmarks|docs)/[a-z/_]*)`", text)
    assert folders
    assert [name for name in (*linked, *folders) if not (ROOT / name).exists()] == []


def test_each_command_says_what_it_is_for() -> None:
    silent = [info.callback for info in tree().registered_commands if not (info.callback and info.callback.__doc__)]
    assert silent == []


def test_each_command_line_loads_the_module_that_has_its_command() -> None:
    for module, names in COMMANDS.items():
        own = {one for one in commands(tree([names[0]])) if " " not in one} - {"version"}
        assert {name.replace("_", "-") for name in own} == set(names), module
    for name in GROUPS:
        assert {one.partition(" ")[0] for one in commands(tree([name]))} == {name, "version"}


def test_a_word_that_is_no_command_gets_the_whole_tree() -> None:
    assert commands(tree(["upp"])) == commands(tree()) == commands(tree(["--help"]))
