"""Random programs one after the other, faults and kills at any call: nothing is ever lost, doubled or forgotten."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackwright.diagnostics import ClusterError
from rackwright.engine import Op
from tests.unit.engine.conftest import Rig, Thing, quick

NAMES = "abcde"


class Killed(BaseException):
    """Stands for kill -9: nothing that the engine does afterwards may count."""


@dataclass(frozen=True)
class Node:
    """One declared resource; `loose` and `firm` are names of earlier ones that it takes a value from."""

    name: str
    size: int
    fixed: int
    fixed_first: int
    loose: str | None
    firm: str | None
    parent: str | None
    after: str | None


Spec = tuple[Node, ...]


@st.composite
def programs(draw: st.DrawFn) -> Spec:
    """A few resources, each of which may need some of those before it."""
    nodes: list[Node] = []
    few = st.integers(0, 1)
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES))):
        earlier = st.none() | st.sampled_from([node.name for node in nodes]) if nodes else st.none()
        nodes.append(Node(name, draw(few), draw(few), draw(few), *(draw(earlier) for _ in range(4))))
    return tuple(nodes)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Spec, ...]:
    """Programs that follow one another: new ones, small edits, and ways back."""
    specs = [draw(programs())]
    for _ in range(draw(st.integers(0, 3))):
        before = draw(st.sampled_from(specs))
        touched = draw(st.sets(st.sampled_from(NAMES), max_size=2))
        field_ = draw(st.sampled_from(["size", "fixed", "fixed_first"]))
        edited = tuple(
            replace(node, **{field_: 1 - getattr(node, field_)}) if node.name in touched else node for node in before
        )
        specs.append(draw(st.sampled_from([edited, before]) | programs()))
    return tuple(specs)


def as_program(spec: Spec) -> Callable[[], None]:
    def program() -> None:
        made: dict[str, Thing] = {}
        for node in spec:
            props = {"size": node.size, "fixed": node.fixed, "fixed_first": node.fixed_first}
            if node.loose:
                props["loose"] = made[node.loose].computed
            if node.firm:
                props["fixed_firm"] = made[node.firm].computed
            made[node.name] = Thing(
                node.name,
                props,
                parent=made[node.parent] if node.parent else None,
                depends_on=[made[node.after]] if node.after else None,
            )

    return program


@dataclass(frozen=True)
class Fault:
    """What goes wrong at the `at`-th change that the cloud is asked for."""

    at: int
    when: str
    kills: bool


faults = st.none() | st.builds(Fault, st.integers(0, 8), st.sampled_from(["before", "after"]), st.booleans())


@dataclass
class Saboteur:
    """Lets changes through up to the fault; after a kill nothing gets through any more."""

    fault: Fault | None
    seen: int = 0
    dead: bool = False
    log: list[str] = field(default_factory=list)

    def __call__(self, when: str, method: str, urn: str) -> None:
        if self.dead:
            raise Killed
        here = self.fault is not None and self.seen == self.fault.at and when == self.fault.when
        self.seen += when == "after"
        if here and self.fault:
            self.dead = self.fault.kills
            raise Killed if self.fault.kills else ConnectionError(f"{method} {urn}: connection reset")


def sabotaged(rig: Rig, fault: Fault | None, work: Callable[[], object]) -> None:
    """Do `work` with `fault`, then see that the state tells the truth."""
    rig.cloud.fault = Saboteur(fault)
    with suppress(ClusterError, Killed):
        work()
    rig.cloud.fault = Saboteur(None)
    if rig.file.exists():
        rig.check_truth()


def check_converged(rig: Rig, spec: Spec) -> None:
    """Exactly what is declared exists, once, as declared; the state holds nothing unfinished."""
    result = rig.up()
    assert not result.failed
    rig.check_truth()
    assert not rig.snapshot.pending
    assert not [r for r in rig.snapshot.resources if r.delete or r.pending_replacement or r.init_errors]
    there = Counter(thing.urn.rsplit("::", 1)[1] for thing in rig.cloud.things.values())
    assert there == Counter(node.name for node in spec), "orphans or doubles"
    for thing in rig.cloud.things.values():
        node = next(node for node in spec if node.name == thing.urn.rsplit("::", 1)[1])
        assert thing.inputs["size"] == node.size
        assert thing.inputs["fixed"] == node.fixed
    assert rig.up().unchanged
    assert rig.preview().unchanged


@settings(max_examples=100)
@given(histories(), st.lists(faults, min_size=4, max_size=4), faults)
def test_whatever_breaks_the_state_is_true_and_the_next_run_converges(
    history: Sequence[Spec], trouble: Sequence[Fault | None], last: Fault | None
) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        quick(patch)
        rig = Rig(Path(folder))
        for spec, fault in zip(history, trouble, strict=False):
            rig.program = as_program(spec)
            sabotaged(rig, fault, rig.up)
        check_converged(rig, history[-1])
        sabotaged(rig, last, rig.destroy)
        rig.destroy()
        assert not rig.cloud.things
        assert not rig.snapshot.resources


@settings(max_examples=25)
@given(programs(), programs())
def test_a_preview_says_what_the_apply_then_does(before: Spec, after: Spec) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        quick(patch)
        rig = Rig(Path(folder))
        rig.program = as_program(before)
        rig.up()
        rig.program = as_program(after)
        plan, result = rig.preview(), rig.up()
        assert not result.failed
        planned, done = ({step.urn: step.op for step in outcome.steps} for outcome in (plan, result))
        assert planned.keys() == done.keys()
        for urn, op in planned.items():
            assert done[urn] == op or _milder(op, done[urn]), f"{urn}: planned {op}, did {done[urn]}"


def _milder(planned: Op, done: Op) -> bool:
    """A value that was unknown in the preview may turn out as it was."""
    order = [Op.SAME, Op.UPDATE, Op.REPLACE]
    return planned in order and done in order and order.index(done) < order.index(planned)


def test_a_fault_at_every_call_of_an_up_and_a_destroy(rig: Rig) -> None:
    spec = (
        Node("a", 0, 0, 0, None, None, None, None),
        Node("b", 0, 0, 0, "a", None, None, None),
        Node("c", 0, 0, 0, None, "b", "a", None),
    )
    changed = (
        Node("a", 0, 0, 1, None, None, None, None),
        Node("b", 1, 1, 0, "a", None, None, None),
        Node("d", 0, 0, 0, None, "b", None, "a"),
    )
    for at in range(12):
        for when in ("before", "after"):
            for kills in (False, True):
                rig.program = as_program(spec)
                sabotaged(rig, Fault(at, when, kills), rig.up)
                check_converged(rig, spec)
                rig.program = as_program(changed)
                sabotaged(rig, Fault(at, when, kills), rig.up)
                check_converged(rig, changed)
                sabotaged(rig, Fault(at, when, kills), rig.destroy)
                rig.destroy()
                assert not rig.cloud.things


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_interrupted_update_is_done_again_even_if_the_program_goes_back(rig: Rig, when: str) -> None:
    small = Node("a", 0, 0, 0, None, None, None, None)
    rig.program = as_program((small,))
    rig.up()
    rig.program = as_program((replace(small, size=1),))
    sabotaged(rig, Fault(0, when, kills=True), rig.up)
    rig.program = as_program((small,))
    check_converged(rig, (small,))


def test_a_failure_lets_running_steps_end_and_begins_no_others(rig: Rig) -> None:
    def fault(when: str, method: str, urn: str) -> None:
        if when == "before" and urn.endswith("::first"):
            raise RuntimeError("quota exceeded for the day")

    def program() -> None:
        first = Thing("first")
        Thing("needs", {"from": first.computed})
        Thing("other")

    rig.cloud.fault = fault
    rig.program = program
    result = rig.up()
    assert [(step.urn.rsplit("::", 1)[1], step.op) for step in result.failed] == [("first", Op.CREATE)]
    assert "quota exceeded" in result.failed[0].message
    assert "needs" not in {thing.urn.rsplit("::", 1)[1] for thing in rig.cloud.things.values()}
    rig.check_truth()
