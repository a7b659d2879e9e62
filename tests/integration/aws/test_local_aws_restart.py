"""Whatever service it belongs to, a thing of the local AWS survives a kill and a stop with all that it shows."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.aws.cases import CASES
from tests.integration.aws.conftest import Emulator, Engine
from tests.integration.aws.world import World

pytestmark = [pytest.mark.cloud, pytest.mark.slow]

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
"""A replay happens later than the first run, so times are left out."""


def timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items()}
    if isinstance(value, list):
        return [timeless(item) for item in value]
    return "a time" if isinstance(value, str) and TIME.match(value) else value


def seen(url: str, made: dict[str, tuple[str, dict, dict]]) -> dict[str, Any]:
    """What the provider reads of everything that was made."""
    engine = Engine(url)
    return {token: timeless(list(engine.read(token, *one, "kept")[::2])) for token, one in made.items()}


def test_everything_survives_a_kill_and_a_stop(start_emulator: Callable[..., Emulator], tmp_path: Path) -> None:
    emulator = start_emulator(tmp_path / "aws")
    engine = Engine(emulator.url)
    world = World(engine)
    made = {case.token: engine.create(case.token, case.inputs(world), "kept") for case in CASES}
    before = seen(emulator.url, made)
    assert all(id_ for id_, _ in before.values()), "everything can be read in the first place"
    emulator.kill()
    replayed = start_emulator(tmp_path / "aws")
    assert _differences(before, seen(replayed.url, made)) == {}, "after a kill: the journal is replayed"
    assert replayed.stop() == 0
    loaded = start_emulator(tmp_path / "aws")
    assert _differences(before, seen(loaded.url, made)) == {}, "after a stop: the snapshot is loaded"


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {token: (before[token], after[token]) for token in before if before[token] != after[token]}
