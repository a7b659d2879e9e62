"""What there is to go back to."""

from __future__ import annotations

from pathlib import Path

import pytest

from rackwright.diagnostics import InputError
from rackwright.pipeline.upgrading.good_locks import GoodLocks
from rackwright.pipeline.workspace import Workspace


def test_the_newest_other_good_lock_is_the_one_to_go_back_to(tmp_path: Path) -> None:
    good, lock = GoodLocks(Workspace(tmp_path, "s")), tmp_path / "s.lock.yaml"
    for text in ("one", "two", "one", "three"):
        lock.write_text(text)
        good.remember(lock)
    assert good.before(lock) == "one"
    lock.write_text("four, never proved")
    assert good.before(lock) == "three"


def test_without_a_good_lock_there_is_a_reason_and_a_way_out(tmp_path: Path) -> None:
    good, lock = GoodLocks(Workspace(tmp_path, "s")), tmp_path / "s.lock.yaml"
    lock.write_text("one")
    good_only_this = GoodLocks(Workspace(tmp_path, "s"))
    good_only_this.remember(lock)
    with pytest.raises(
        InputError, match="no good lock to go back to: the hosts were proved with the present one"
    ) as refused:
        good.before(lock)
    assert "rw up" in str(refused.value.hint)
