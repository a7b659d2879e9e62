"""Forgetting a stack: nothing of it is left, and nothing of another one is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from rackwright.diagnostics import StepFailed
from rackwright.engine import StackRef, up
from tests.unit.engine.conftest import STACK, Rig, Thing

OTHER = StackRef("proj", "other")


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_destroyed_stack_that_is_forgotten_leaves_no_file_of_its_own(rig: Rig) -> None:
    rig.program = lambda: Thing("a") and None
    up(rig.options(stack=OTHER))
    before = files(rig.folder)
    rig.up()
    rig.destroy()
    assert files(rig.folder) > before
    rig.backend.remove(STACK)
    assert files(rig.folder) == before


def test_the_last_stack_takes_the_backend_with_it(rig: Rig) -> None:
    rig.program = lambda: Thing("a") and None
    rig.up()
    rig.destroy()
    rig.backend.remove(STACK)
    assert not (rig.folder / ".pulumi").exists()


def test_a_stack_with_resources_is_not_forgotten(rig: Rig) -> None:
    rig.program = lambda: Thing("a") and None
    rig.up()
    with pytest.raises(StepFailed, match="still has resources"):
        rig.backend.remove(STACK)
    assert rig.snapshot.resources


def test_an_unknown_stack_is_forgotten_already(rig: Rig) -> None:
    rig.backend.remove(STACK)
    assert files(rig.folder) == set()
