"""Real interruptions: Ctrl-C in this process, kill -9 of another one, a cloud that stays."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from rackwright.engine.providers.memory import MemoryCloud, Thing
from tests.unit.engine.conftest import Rig
from tests.unit.engine.test_nothing_is_lost import Node, as_program, check_converged

SPEC = (
    Node("a", 0, 0, 0, None, None, None, None),
    Node("b", 0, 0, 0, "a", None, None, None),
    Node("c", 0, 0, 0, None, None, None, None),
)
EDITED = (Node("a", 0, 0, 1, None, None, None, None), Node("b", 1, 0, 0, "a", None, None, None))


def lasting(folder: Path) -> MemoryCloud:
    """A cloud that is kept in a file, so that it outlives a killed process."""
    path = folder / "cloud.json"
    kept = json.loads(path.read_text()) if path.exists() else {"things": {}, "next": 0}
    cloud = MemoryCloud({id_: Thing(**thing) for id_, thing in kept["things"].items()}, _next=kept["next"])
    change = cloud.change

    def kept_change(method: str, urn: str, do: Callable[[], object]) -> object:
        def done() -> object:
            result = do()
            things = {id_: asdict(thing) for id_, thing in cloud.things.items()}
            path.write_text(json.dumps({"things": things, "next": cloud._next}))
            return result

        return change(method, urn, done)

    cloud.change = kept_change
    return cloud


def run_and_die(folder: Path, spec: tuple[Node, ...], at: int, when: str) -> None:
    """In a process of its own: apply `spec` and be killed at a call."""
    cloud, seen = lasting(folder), 0

    def fault(now: str, method: str, urn: str) -> None:
        nonlocal seen
        if seen == at and now == when:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += now == "after"

    cloud.fault = fault
    Rig(folder, cloud, as_program(spec)).up()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(4))
def test_after_a_kill_at_any_call_the_next_run_finishes_the_job(tmp_path: Path, at: int, when: str) -> None:
    processes = multiprocessing.get_context("fork")
    for spec in (SPEC, EDITED):
        killed = processes.Process(target=run_and_die, args=(tmp_path, spec, at, when))
        killed.start()
        killed.join(60)
        assert killed.exitcode in (0, -signal.SIGKILL)
        rig = Rig(tmp_path, lasting(tmp_path), as_program(spec))
        if rig.file.exists():
            rig.check_truth()
        check_converged(rig, spec)


def test_ctrl_c_lets_running_steps_end_and_records_them(rig: Rig) -> None:
    def fault(when: str, method: str, urn: str) -> None:
        if when == "before" and urn.endswith("::a"):
            os.kill(os.getpid(), signal.SIGINT)

    rig.program = as_program(SPEC)
    rig.cloud.fault = fault
    with pytest.raises(KeyboardInterrupt):
        rig.up()
    rig.check_truth()
    assert "a" in {thing.urn.rsplit("::", 1)[1] for thing in rig.cloud.things.values()}
    assert "b" not in {thing.urn.rsplit("::", 1)[1] for thing in rig.cloud.things.values()}
    rig.cloud.fault = lambda *_: None
    check_converged(rig, SPEC)


def test_ctrl_c_during_a_destroy_keeps_the_rest_recorded(rig: Rig) -> None:
    rig.program = as_program(SPEC)
    rig.up()
    rig.cloud.fault = lambda when, method, urn: os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        rig.destroy()
    rig.cloud.fault = lambda *_: None
    rig.check_truth()
    rig.destroy()
    assert not rig.cloud.things
