"""Options under faults and kills: protect, ignoreChanges, retainOnDelete, deletedWith, secrets, import.

Programs, changes made by hand, refreshes and kills follow one another at random. After each run the record is exactly
what exists or is an operation left open; whatever was left open, the next run settles.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackwright.diagnostics import ClusterError, InputError
from rackwright.engine.properties import reveal
from rackwright.engine.providers.memory import MemoryCloud, MemoryProvider
from tests.unit.engine.conftest import Rig, Thing, quick
from tests.unit.engine.test_nothing_is_lost import Fault, Killed, Saboteur, faults

NAMES = "abcd"
WORD = "hunter2-of-the-tests"


class Cascading(MemoryProvider):
    """A cloud in which what is inside a thing goes with it."""

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        inside = [id_ for id_, thing in self.cloud.things.items() if thing.inputs.get("inside") == f"of-{request.id}"]
        answer = super().Delete(request, context)
        for id_ in inside if request.id not in self.cloud.things else ():
            self.cloud.things.pop(id_, None)
        return answer


@dataclass(frozen=True)
class Declared:
    """One resource; its options are mirrored in its inputs where the checks need them."""

    name: str
    size: int = 0
    fixed: int = 0
    fixed_first: int = 0
    protect: bool = False
    ignores_size: bool = False
    kept: bool = False
    secret: bool = False
    inside: str | None = None

    def declare(self, made: dict[str, Thing]) -> Thing:
        props: dict[str, Any] = {name: getattr(self, name) for name in ("size", "fixed", "fixed_first")}
        props["keep"] = int(self.kept)
        if self.secret:
            props["word"] = pulumi.Output.secret(WORD)
        if self.inside:
            props["inside"] = made[self.inside].computed
        return Thing(
            self.name,
            props,
            protect=self.protect,
            ignore_changes=["size"] if self.ignores_size else None,
            retain_on_delete=self.kept,
            deleted_with=made[self.inside] if self.inside else None,
        )


@st.composite
def programs(draw: st.DrawFn) -> tuple[Declared, ...]:
    """A few resources; one may be inside another that is replaced by deletion first, or not at all."""
    nodes: list[Declared] = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES))):
        few, flags = st.integers(0, 1), [draw(st.booleans()) for _ in range(4)]
        outer = [node.name for node in nodes if not (node.inside or node.kept or node.fixed)]
        inside = draw(st.none() | st.sampled_from(outer)) if outer else None
        fixed = 0 if inside else draw(few)
        nodes.append(Declared(name, draw(few), fixed, draw(few), *flags, inside=inside))
    return tuple(nodes)


@dataclass(frozen=True)
class Act:
    """One run: a program applied, or a change by hand followed by a refresh; and what breaks it."""

    spec: tuple[Declared, ...]
    by_hand: bool
    fault: Fault | None


acts = st.builds(Act, programs(), st.booleans(), faults)


@dataclass
class Story:
    """A stack, and what has to be true of it at any time."""

    rig: Rig
    retained: dict[str, bool] = field(default_factory=dict)
    """By id, whether the record said last that it is kept on purpose."""

    def run(self, fault: Fault | None, work: Callable[[], object]) -> None:
        """Do `work` with `fault`, then look."""
        self.rig.cloud.fault = Saboteur(fault)
        with suppress(ClusterError, Killed):
            work()
        self.rig.cloud.fault = Saboteur(None)
        self.check()

    def check(self) -> None:
        """The record is what exists, apart from what was kept on purpose; nothing secret is legible."""
        if not self.rig.file.exists() and not self.rig.backend.journal_path(self._stack).exists():
            return
        recorded = {r.id: r for r in self.rig.snapshot.resources if not r.pending_replacement}
        self.retained |= {id_: r.retain_on_delete for id_, r in recorded.items()}
        self.retained |= {op.resource.id: True for op in self.rig.snapshot.pending if op.resource.retain_on_delete}
        things = self.rig.cloud.things
        aside = {id_: things.pop(id_) for id_ in [*things] if id_ not in recorded and self.kept(id_)}
        try:
            self.rig.check_truth()
        finally:
            things.update(aside)
        for path in self.rig.folder.rglob("*.json*"):
            assert WORD.encode() not in path.read_bytes(), f"a secret is legible in {path.name}"

    def kept(self, id_: str) -> bool:
        """Whether the thing `id_` may stay without being recorded; what never was recorded says so itself."""
        return self.retained.get(id_, self.rig.cloud.things[id_].inputs.get("keep") == 1)

    @property
    def _stack(self) -> Any:
        return self.rig.options().stack

    def apply(self, spec: Sequence[Declared]) -> None:
        """Declare `spec`; a refusal because of protection harms nothing, and is lifted by name."""
        self.rig.program = lambda: _declare(spec)
        guarded = {r.id for r in self.rig.snapshot.resources if r.protect} if self.rig.file.exists() else set()
        before = guarded & self.rig.cloud.things.keys()
        if self._refused():
            assert before <= self.rig.cloud.things.keys(), "a protected thing is gone"
            self.check()
            self.rig.up(allow_replace=frozenset(r.urn for r in self.rig.snapshot.resources))

    def _refused(self) -> bool:
        """Apply; whether protection forbade it."""
        try:
            self.rig.up()
        except InputError as refusal:
            return "protected" in refusal.summary
        return False


def _declare(spec: Sequence[Declared]) -> None:
    made: dict[str, Thing] = {}
    for node in spec:
        made[node.name] = node.declare(made)


def _by_hand(story: Story) -> None:
    """Somebody changes the first thing that is recorded; the record follows by a refresh.

    What a failed run left behind unrecorded is known by what it was made with, which a change by hand would hide.
    """
    recorded = {resource.id for resource in story.rig.snapshot.resources}
    things = [id_ for id_, thing in story.rig.cloud.things.items() if "inside" not in thing.inputs and id_ in recorded]
    if things:
        story.rig.cloud.things[things[0]].inputs["size"] = 7
    story.rig.refresh()


def _settled(story: Story, spec: Sequence[Declared]) -> None:
    """Two runs later nothing is open, nothing is doubled, and a further run changes nothing."""
    story.apply(spec)
    story.check()
    snapshot = story.rig.snapshot
    assert not snapshot.pending
    assert not [r for r in snapshot.resources if r.delete or r.pending_replacement or r.init_errors]
    recorded = {r.id for r in snapshot.resources}
    names = [thing.urn.rpartition("::")[2] for id_, thing in story.rig.cloud.things.items() if id_ in recorded]
    assert sorted(names) == sorted(node.name for node in spec)
    for id_ in recorded & story.rig.cloud.things.keys():
        thing = story.rig.cloud.things[id_]
        node = next(node for node in spec if node.name == thing.urn.rpartition("::")[2])
        assert node.ignores_size or thing.inputs["size"] == node.size
    assert story.rig.up().unchanged


@settings(max_examples=25)
@given(st.lists(acts, min_size=1, max_size=4), faults, st.sampled_from([1, 8]))
def test_with_any_options_the_record_is_true_after_every_run_and_the_next_one_converges(
    history: list[Act], last: Fault | None, parallel: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        quick(patch)
        _survives(Story(Rig(Path(folder), MemoryCloud(), provider=Cascading, parallel=parallel)), history, last)


def _survives(story: Story, history: Sequence[Act], last: Fault | None = None) -> None:
    """The whole life of a stack: the runs of `history`, two that settle, and a destroy that `last` breaks."""
    for act in history:
        story.run(act.fault, lambda spec=act.spec: story.apply(spec))
        if act.by_hand and story.rig.file.exists():
            story.run(act.fault, lambda: _by_hand(story))
    _settled(story, history[-1].spec)
    story.run(last, lambda: story.rig.destroy(unprotect=True))
    story.rig.destroy(unprotect=True)
    assert not story.rig.snapshot.resources
    assert all(map(story.kept, story.rig.cloud.things)), "only what is kept on purpose stays"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A stack whose steps go one at a time, so that a history repeats itself."""
    return Story(Rig(tmp_path, provider=Cascading, parallel=1))


def test_what_was_to_go_with_another_one_is_deleted_by_a_call_when_that_one_went_alone(story: Story) -> None:
    inside = (Declared("b"), Declared("c", inside="b"))
    _survives(story, [Act(inside, by_hand=False, fault=None)], Fault(0, "after", kills=False))


def test_a_replaced_one_that_was_to_go_with_another_one_is_not_forgotten(story: Story) -> None:
    before = (Declared("d"), Declared("a", inside="d"))
    after = (Declared("a", fixed=1),)
    faults_at = (None, Fault(1, "before", kills=False), Fault(0, "before", kills=False))
    _survives(
        story,
        [Act(spec, by_hand=False, fault=fault) for spec, fault in zip((before, after, after), faults_at, strict=True)],
    )


def test_a_secret_that_an_interrupted_update_brought_stays_hidden_when_it_is_read_back(story: Story) -> None:
    plain, hidden = (Declared("a"),), (Declared("a", size=1, secret=True),)
    broken = Act(hidden, by_hand=True, fault=Fault(0, "after", kills=False))
    _survives(story, [Act(plain, by_hand=False, fault=None), broken])


def test_what_an_interrupted_update_took_out_of_another_one_is_deleted_by_a_call(story: Story) -> None:
    before, after = (Declared("a"), Declared("b", inside="a")), (Declared("a"), Declared("b"))
    broken = Act(after, by_hand=False, fault=Fault(0, "after", kills=False))
    _survives(story, [Act(before, by_hand=False, fault=None), broken, Act((), by_hand=False, fault=None)])


def test_what_is_inside_a_thing_that_was_deleted_to_be_replaced_is_not_left_open(story: Story) -> None:
    before, after = (Declared("b"), Declared("a", kept=True, inside="b")), (Declared("b", fixed_first=1), Declared("a"))
    broken = Act(after, by_hand=False, fault=Fault(0, "after", kills=False))
    _survives(story, [Act(before, by_hand=False, fault=None), broken, Act((), by_hand=False, fault=None)])


def test_what_was_inside_one_of_two_replaced_namesakes_waits_for_both(story: Story) -> None:
    for _ in range(8):  # so that the id of the elder (9) sorts after that of the younger (11)
        story.rig.cloud.things.pop(story.rig.cloud.add("spent", "mem:index:Thing", {}))
    story.run(None, lambda: story.apply((Declared("c"), Declared("a", inside="c"))))
    both = (Declared("c", fixed=1), Declared("a", fixed=1))
    story.run(Fault(2, "before", kills=True), lambda: story.apply(both))
    again = (Declared("c"), Declared("a", fixed=1))
    story.run(Fault(2, "before", kills=False), lambda: story.apply(again))
    _settled(story, again)


@pytest.mark.parametrize("kills", [True, False])
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_provider_of_what_goes_with_another_one_can_be_asked_until_that_one_is_gone(
    story: Story, when: str, kills: bool
) -> None:
    def program() -> None:
        outer = Thing("outer", {"size": 1})
        reached = pulumi.ProviderResource("mem", "reached", {"at": outer.computed})
        Thing("inner", {"inside": outer.computed}, provider=reached, deleted_with=outer)

    story.rig.program = program
    story.rig.up()
    story.run(Fault(0, when, kills=kills), story.rig.destroy)
    story.rig.destroy()
    assert not story.rig.snapshot.resources
    assert not story.rig.cloud.things


@pytest.mark.parametrize("kept_first", [True, False])
def test_what_was_retained_before_or_in_an_interrupted_update_is_retained(story: Story, kept_first: bool) -> None:
    before, after = (Declared("a", kept=kept_first),), (Declared("a", kept=not kept_first),)
    story.run(None, lambda: story.apply(before))
    story.run(Fault(0, "after", kills=True), lambda: story.apply(after))
    story.run(None, lambda: story.apply(()))
    assert len(story.rig.cloud.things) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(3))
def test_what_somebody_made_by_hand_is_imported_once_whatever_dies(rig: Rig, at: int, when: str) -> None:
    story = Story(rig)
    made = rig.cloud.add("by hand", "mem:index:Thing", {"size": 1})

    def program() -> None:
        Thing("before", {"size": 1})
        Thing("taken", {"size": 1}, import_=made)
        Thing("after", {"size": 1})

    rig.program = program
    rig.cloud.things[made] = replace(rig.cloud.things[made], urn="urn:pulumi:dev::proj::mem:index:Thing::taken")
    rig.cloud.fault = Saboteur(Fault(at, when, kills=True))
    with suppress(ClusterError, Killed):
        rig.up()
    rig.cloud.fault = Saboteur(None)
    rig.up()
    story.check()
    assert len(rig.cloud.things) == 3
    assert next(r for r in rig.snapshot.resources if r.urn.endswith("::taken")).id == made
    assert rig.up().unchanged
    assert {reveal(r.inputs).get("size") for r in rig.snapshot.resources if r.type == "mem:index:Thing"} == {1}
