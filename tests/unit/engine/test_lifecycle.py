"""What a program's edits do: the engine's behaviour as one reads it in Pulumi's documentation."""

from __future__ import annotations

import threading
import time
from typing import Any, ClassVar

import grpc
import pulumi
import pytest

from rackwright.diagnostics import CapacityError, InputError, StepFailed
from rackwright.engine import SECRET, UNKNOWN, EventKind, InitFailed, Op, Secret
from rackwright.engine.properties import secret
from rackwright.engine.providers.memory import MemoryProvider, no_fault, out_of_capacity
from tests.unit.engine.conftest import Group, Rig, Thing, ops


def urn(name: str, type_: str = "mem:index:Thing") -> str:
    return f"urn:pulumi:dev::proj::{type_}::{name}"


def test_preview_changes_nothing_and_shows_unknowns(rig: Rig) -> None:
    def program() -> None:
        one = Thing("one", {"size": 1})
        Thing("two", {"from": one.computed})
        pulumi.export("what", one.computed)

    rig.program = program
    plan = rig.preview()
    assert ops(plan) == {"proj-dev": "create", "one": "create", "two": "create"}
    assert next(step for step in plan.steps if step.name == "two").inputs["from"] is UNKNOWN
    assert plan.outputs == {"what": UNKNOWN}
    assert not rig.cloud.calls
    assert not rig.file.exists()


def test_up_creates_what_is_declared_and_a_second_up_changes_nothing(rig: Rig) -> None:
    def program() -> None:
        one = Thing("one", {"size": 1})
        two = Thing("two", {"from": one.computed})
        pulumi.export("what", two.computed)

    rig.program = program
    assert rig.up().outputs == {"what": "of-thing-2"}
    before = rig.file.read_bytes()
    again = rig.up()
    assert again.unchanged
    assert again.counts() == {Op.SAME: 3}
    assert rig.preview().unchanged
    assert rig.file.read_bytes() == before, "a run that changes nothing writes nothing"
    assert [method for method, _ in rig.cloud.calls] == ["Create", "Create"]


def test_the_same_program_gives_the_same_plan_byte_for_byte(rig: Rig) -> None:
    def program() -> None:
        group = Group("group")
        for index in range(12):
            Thing(f"t{index}", {"n": index}, parent=group)

    rig.program = program
    plans = {rig.preview().as_json() for _ in range(4)}
    assert len(plans) == 1


def test_an_edited_property_is_an_update_with_old_and_new_value(rig: Rig) -> None:
    rig.program = lambda: Thing("one", {"size": 1, "tags": {"a": "b", "c": "d"}})
    rig.up()
    rig.program = lambda: Thing("one", {"size": 2, "tags": {"a": "x"}})
    (step,) = [step for step in rig.preview().steps if step.op is Op.UPDATE]
    assert [(c.path, c.kind, c.old, c.new) for c in step.diff] == [
        ("size", "update", 1, 2),
        ("tags.a", "update", "b", "x"),
        ("tags.c", "delete", "d", None),
    ]
    assert ops(rig.up()) == {"one": "update"}


@pytest.mark.parametrize(("prop", "order"), [("fixed", ["Create", "Delete"]), ("fixed_first", ["Delete", "Create"])])
def test_a_replacement_goes_in_the_order_the_provider_asks_for(rig: Rig, prop: str, order: list[str]) -> None:
    rig.program = lambda: Thing("one", {prop: "a"})
    rig.up()
    rig.cloud.calls.clear()
    rig.program = lambda: Thing("one", {prop: "b"})
    assert rig.preview().counts()[Op.REPLACE] == 1
    assert rig.up().counts()[Op.REPLACE] == 1
    assert [method for method, _ in rig.cloud.calls] == order
    rig.check_truth()


def test_delete_before_replace_takes_dependents_that_must_follow_first(rig: Rig) -> None:
    def program(value: str) -> None:
        base = Thing("base", {"fixed_first": value})
        follows = Thing("follows", {"fixed": base.computed})
        Thing("further", {"fixed": follows.computed})
        Thing("stays", {"loose": base.computed})

    rig.program = lambda: program("a")
    rig.up()
    rig.cloud.calls.clear()
    rig.program = lambda: program("b")
    assert ops(rig.up()) == {"base": "replace", "follows": "replace", "further": "replace", "stays": "update"}
    names = [(method, urn.rsplit("::", 1)[1]) for method, urn in rig.cloud.calls]
    assert names[:4] == [("Delete", "further"), ("Delete", "follows"), ("Delete", "base"), ("Create", "base")]
    rig.check_truth()


def test_what_is_no_longer_declared_is_deleted_dependents_first(rig: Rig) -> None:
    def program() -> None:
        one = Thing("one")
        two = Thing("two", {"from": one.computed})
        Thing("three", parent=two)

    rig.program = program
    rig.up()
    rig.cloud.calls.clear()
    rig.program = lambda: None
    assert ops(rig.preview()) == {"one": "delete", "two": "delete", "three": "delete"}
    rig.up()
    assert [urn.rsplit("::", 1)[1] for _, urn in rig.cloud.calls] == ["three", "two", "one"]
    assert not rig.cloud.things


def test_destroy_deletes_everything_and_a_second_one_finds_nothing(rig: Rig) -> None:
    rig.program = lambda: Thing("two", {"from": Thing("one").computed})
    rig.up()
    assert rig.destroy().counts() == {Op.DELETE: 3}
    assert not rig.cloud.things
    assert not rig.snapshot.resources
    assert rig.destroy().counts() == {}


def test_ignored_changes_stay_as_they_are_recorded(rig: Rig) -> None:
    rig.program = lambda: Thing("one", {"size": 1, "tags": {"a": 1, "b": 1}})
    rig.up()
    rig.program = lambda: Thing("one", {"size": 2, "tags": {"a": 2, "b": 2}}, ignore_changes=["size", "tags.a"])
    rig.up()
    (thing,) = rig.cloud.things.values()
    assert thing.inputs == {"size": 1, "tags": {"a": 1, "b": 2}}


def test_replace_on_changes_turns_an_update_into_a_replacement(rig: Rig) -> None:
    rig.program = lambda: Thing("one", {"tags": {"a": 1}})
    rig.up()
    rig.program = lambda: Thing("one", {"tags": {"a": 2}}, replace_on_changes=["tags.*"])
    assert ops(rig.up()) == {"one": "replace"}


def test_retained_and_read_resources_are_only_forgotten(rig: Rig) -> None:
    there = rig.cloud.add(urn("elsewhere"), "mem:index:Thing", {"size": 9})

    def program() -> None:
        Thing("kept", retain_on_delete=True)
        found = Thing("found", id=there)
        pulumi.export("found", found.computed)

    rig.program = program
    assert rig.preview().counts()[Op.READ] == 1
    assert rig.up().outputs == {"found": f"of-{there}"}
    assert rig.up().unchanged
    result = rig.destroy()
    assert result.counts()[Op.FORGET] == 2
    assert len(rig.cloud.things) == 2


def test_deleted_with_spares_the_call(rig: Rig) -> None:
    def program() -> None:
        host = Thing("host")
        Thing("guest", deleted_with=host)

    rig.program = program
    rig.up()
    rig.cloud.calls.clear()
    rig.destroy()
    assert rig.cloud.calls == [("Delete", urn("host"))]


def test_import_takes_over_what_exists_if_it_is_declared_as_it_is(rig: Rig) -> None:
    there = rig.cloud.add(urn("old"), "mem:index:Thing", {"size": 3})
    rig.program = lambda: Thing("taken", {"size": 4}, import_=there)
    with pytest.raises(StepFailed, match=r"differs in size \(is 3, declared 4\)"):
        rig.preview()
    rig.program = lambda: Thing("taken", {"size": 3}, import_=there)
    assert ops(rig.up()) == {"proj-dev": "create", "taken": "import"}
    assert rig.up().unchanged
    assert not rig.cloud.calls


def test_a_renamed_resource_with_an_alias_is_kept_with_its_children(rig: Rig) -> None:
    rig.program = lambda: Thing("leaf", {"n": 1}, parent=Group("old"))
    rig.up()

    def renamed() -> None:
        Thing("leaf", {"n": 1}, parent=Group("new", aliases=[pulumi.Alias(name="old")]))

    rig.program = renamed
    assert rig.preview().unchanged
    assert rig.up().unchanged
    assert {r.urn.rsplit("::", 1)[1] for r in rig.snapshot.resources} >= {"new", "leaf"}
    assert len(rig.cloud.things) == 1


def test_protected_and_stateful_resources_need_a_word(rig: Rig) -> None:
    def program(value: str) -> None:
        Thing("safe", {"fixed": value}, protect=True)
        Thing("disk", {"fixed": value}, kind="Disk")

    rig.program = lambda: program("a")
    rig.up()
    rig.program = lambda: program("b")
    disks = frozenset({"mem:index:Disk"})
    plan = rig.preview(stateful_types=disks)
    assert [problem.where for problem in plan.refusals] == [urn("disk", "mem:index:Disk"), urn("safe")]
    assert all("--allow-replace" in (problem.hint or "") for problem in plan.refusals)
    with pytest.raises(InputError, match=r"which is (protected|stateful)"):
        rig.up(stateful_types=disks)
    assert len(rig.cloud.things) == 2
    allowed = frozenset({urn("safe"), urn("disk", "mem:index:Disk")})
    assert rig.up(stateful_types=disks, allow_replace=allowed).counts()[Op.REPLACE] == 2
    with pytest.raises(InputError, match="protected"):
        rig.destroy()
    assert len(rig.cloud.things) == 2, "nothing is deleted when something is guarded"
    rig.destroy(unprotect=True)
    assert not rig.cloud.things


def test_secrets_are_encrypted_at_rest_and_masked_in_plans(rig: Rig) -> None:
    def program(word: str) -> None:
        Thing("one", {"password": pulumi.Output.secret(word)})
        pulumi.export("password", pulumi.Output.secret(word))

    rig.program = lambda: program("hunter2")
    result = rig.up()
    output = result.outputs["password"]
    assert isinstance(output, Secret)
    assert output.reveal() == "hunter2"
    rig.program = lambda: program("hunter3")
    plan = rig.preview()
    change = next(step for step in plan.steps if step.op is Op.UPDATE).diff[0]
    assert (change.old, change.new) == (SECRET, SECRET)
    everything = plan.as_json() + result.as_json() + rig.file.read_text() + repr(result) + repr(rig.events)
    assert "hunter" not in everything
    assert next(iter(rig.cloud.things.values())).inputs == {"password": "hunter2"}
    (one,) = [r for r in rig.snapshot.resources if r.id.startswith("thing")]
    assert one.inputs == one.outputs | {"password": secret("hunter2")} or one.inputs == {"password": secret("hunter2")}


def test_additional_secret_outputs_are_secret(rig: Rig) -> None:
    rig.program = lambda: pulumi.export("c", Thing("one", additional_secret_outputs=["computed"]).computed)
    assert isinstance(rig.up().outputs["c"], Secret)
    assert "of-thing" not in rig.file.read_text()


def test_config_reaches_the_program_and_secret_config_stays_secret(rig: Rig) -> None:
    def program() -> None:
        pulumi.export("plain", pulumi.Config().require("plain"))
        pulumi.export("hidden", pulumi.Config().require_secret("hidden"))

    rig.program = program
    config = {"proj:plain": "a", "proj:hidden": "b"}
    outputs = rig.up(config=config, secret_config=frozenset({"proj:hidden"})).outputs
    assert outputs["plain"] == "a"
    assert isinstance(outputs["hidden"], Secret)


def test_an_explicit_provider_carries_its_resources(rig: Rig) -> None:
    rig.program = lambda: Thing("one", provider=Memory("mine", zone="a"))
    assert ops(rig.preview()) == {"proj-dev": "create", "mine": "create", "one": "create"}
    rig.up()
    assert rig.preview().unchanged
    (one,) = [r for r in rig.snapshot.resources if r.id.startswith("thing")]
    assert one.provider_urn == urn("mine", "pulumi:providers:mem")
    rig.destroy()
    assert not rig.snapshot.resources


def test_invokes_go_to_the_provider_and_wait_for_what_is_unknown(rig: Rig) -> None:
    def program() -> None:
        one = Thing("one")
        known = pulumi.runtime.invoke_output("mem:index:ask", {"a": 1})
        later = pulumi.runtime.invoke_output("mem:index:ask", {"a": one.computed})
        pulumi.export("known", known.apply(lambda answer: answer["echo"]["a"]))
        pulumi.export("later", later.apply(lambda answer: answer["echo"]["a"]))

    rig.program = program
    assert rig.preview().outputs == {"known": 1, "later": UNKNOWN}
    assert rig.up().outputs == {"known": 1, "later": "of-thing-1"}


def test_a_parent_and_depends_on_keep_their_order(rig: Rig) -> None:
    def program() -> None:
        first = Thing("first")
        Thing("second", depends_on=[first])

    rig.program = program
    rig.up()
    assert [name.rsplit("::", 1)[1] for _, name in rig.cloud.calls] == ["first", "second"]


def test_check_failures_are_all_shown_at_once_and_nothing_is_changed(rig: Rig) -> None:
    def program() -> None:
        Thing("one", {"bad": 1})
        Thing("two", {"bad": 1})

    rig.program = program
    with pytest.raises(StepFailed, match=r"bad: is not allowed.*and 1 more"):
        rig.preview()
    result = rig.up()
    assert result.failed
    assert not rig.cloud.things


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ({"replace_with": []}, None),
        ({"hide_diffs": ["size"]}, "hideDiffs"),
        ({"replacement_trigger": "x"}, "replacement_trigger"),
        ({"transforms": [lambda args: None]}, "transforms"),
    ],
)
def test_an_option_the_engine_does_not_know_is_refused_by_name(rig: Rig, option: dict, name: str | None) -> None:
    rig.program = lambda: Thing("one", **option)
    if name is None:
        rig.preview()
        return
    with pytest.raises(InputError, match=f"does not support.*{name}") as refusal:
        rig.preview()
    assert "pulumi CLI" in (refusal.value.hint or "")
    with pytest.raises(InputError):
        rig.up()
    assert not rig.cloud.things


def test_a_resource_declared_twice_is_refused(rig: Rig) -> None:
    def program() -> None:
        Thing("one")
        Thing("one")

    rig.program = program
    with pytest.raises(InputError, match="declares mem:index:Thing 'one' twice"):
        rig.preview()


def test_an_unknown_package_is_refused_with_the_way_out(rig: Rig) -> None:
    class Other(pulumi.CustomResource):
        def __init__(self) -> None:
            super().__init__("azure:index:Vm", "vm", {}, None)

    rig.program = Other
    with pytest.raises(InputError, match=r"no provider for the package 'azure' \(there are: mem\)"):
        rig.preview()


def test_what_the_program_raises_is_shown_with_its_own_lines(rig: Rig) -> None:
    def program() -> None:
        Thing("one")
        raise ValueError("no such zone")

    rig.program = program
    with pytest.raises(StepFailed, match="the program raised ValueError: no such zone") as failure:
        rig.up()
    assert "test_lifecycle.py" in failure.value.summary
    assert "executor.py" not in failure.value.summary
    rig.check_truth()


def test_refresh_shows_and_records_drift(rig: Rig) -> None:
    def program() -> None:
        Thing("one", {"size": 1})
        Thing("two", {"size": 1})

    rig.program = program
    rig.up()
    ids = {thing.urn: id_ for id_, thing in rig.cloud.things.items()}
    rig.cloud.things[ids[urn("one")]].inputs = {"size": 5}
    del rig.cloud.things[ids[urn("two")]]
    seen = rig.refresh(preview_only=True)
    assert ops(seen) == {"one": "refresh", "two": "delete"}
    (change,) = next(step for step in seen.steps if step.name == "one").diff
    assert (change.path, change.old, change.new) == ("size", 1, 5)
    assert rig.preview().unchanged, "a refresh that is only shown records nothing"
    rig.refresh()
    assert ops(rig.up()) == {"one": "update", "two": "replace"}
    rig.check_truth()


def test_a_refresh_takes_in_computed_values_without_calling_them_drift(rig: Rig) -> None:
    class Growing(MemoryProvider):
        def read(self, request: Any, context: Any) -> Any:
            response = MemoryProvider.Read(self, request, context)
            response.properties.update({"members": 3})
            return response

        Read = read

    rig.provider = Growing
    rig.program = lambda: Thing("one", {"size": 1})
    rig.up()
    assert rig.refresh().unchanged
    (one,) = [r for r in rig.snapshot.resources if r.id.startswith("thing")]
    assert one.outputs["members"] == 3


def test_events_tell_what_happens(rig: Rig) -> None:
    def program() -> None:
        pulumi.info("hello")
        Thing("one")

    rig.program = program
    rig.up()
    kinds = [event.kind for event in rig.events if event.step and event.step.name == "one"]
    assert kinds == [EventKind.STARTED, EventKind.FINISHED]
    assert any(event.kind is EventKind.LOG and "hello" in event.message for event in rig.events)


def test_no_thread_outlives_a_run(rig: Rig) -> None:
    before = set(threading.enumerate())
    rig.program = lambda: [Thing(f"t{index}") for index in range(5)]
    rig.up()
    rig.destroy()
    assert set(threading.enumerate()) <= before


class Memory(pulumi.ProviderResource):
    """An explicit provider with a zone; another zone is another provider."""

    def __init__(self, name: str, **settings: object) -> None:
        super().__init__("mem", name, settings, None)


class Zoned(MemoryProvider):
    """Refuses to be configured for a zone that is out of order, and notes in which zone a deletion was asked."""

    deleted: ClassVar[list[str]] = []

    def configure(self, request: Any, context: Any) -> Any:
        self.zone = dict(request.variables).get("mem:config:zone", "")
        if self.zone == "broken":
            context.abort(grpc.StatusCode.UNAVAILABLE, "zone broken does not answer")
        return MemoryProvider.Configure(self, request, context)

    def diff_config(self, request: Any, context: Any) -> Any:
        return MemoryProvider.Diff(self, request, context)

    def delete(self, request: Any, context: Any) -> Any:
        self.deleted.append(self.zone)
        return MemoryProvider.Delete(self, request, context)

    Configure, DiffConfig, Delete = configure, diff_config, delete


def test_a_provider_that_cannot_be_configured_ends_the_run_once(rig: Rig) -> None:
    rig.provider = Zoned
    rig.program = lambda: [Thing("one"), Thing("two")]
    with pytest.raises(StepFailed, match="zone broken does not answer"):
        rig.preview(config={"mem:zone": "broken"})
    result = rig.up(config={"mem:zone": "broken"})
    assert [step.urn for step in result.failed] == [urn("default", "pulumi:providers:mem")]
    rig.check_truth()


def test_a_replaced_provider_replaces_its_resources_and_the_old_one_deletes_the_old_ones(rig: Rig) -> None:
    rig.provider = Zoned
    rig.program = lambda: Thing("one", provider=Memory("mine", fixed="a", zone="a"))
    rig.up()
    rig.program = lambda: Thing("one", provider=Memory("mine", fixed="b", zone="b"))
    assert ops(rig.preview()) == {"mine": "replace", "one": "replace"}
    Zoned.deleted.clear()
    rig.up()
    assert Zoned.deleted == ["a"]
    rig.check_truth()
    assert rig.up().unchanged


def test_a_provider_that_is_only_updated_keeps_its_resources(rig: Rig) -> None:
    rig.provider = Zoned
    rig.program = lambda: Thing("one", provider=Memory("mine", zone="a"))
    rig.up()
    rig.program = lambda: Thing("one", provider=Memory("mine", zone="b"))
    assert ops(rig.up()) == {"mine": "update"}
    assert rig.up().unchanged


def test_an_owned_resource_does_not_become_one_that_is_only_read(rig: Rig) -> None:
    rig.program = lambda: Thing("one")
    rig.up()
    (there,) = rig.cloud.things
    rig.program = lambda: Thing("one", id=there)
    with pytest.raises(InputError, match="belongs to this stack"):
        rig.up()
    rig.check_truth()


def test_a_half_made_resource_is_kept_and_updated_by_the_next_run(rig: Rig) -> None:
    def half(when: str, method: str, urn: str) -> None:
        if (when, method) == ("after", "Create"):
            raise InitFailed("thing-1", {"size": 1}, ["not ready after 300 s"])

    rig.program = lambda: Thing("one", {"size": 1})
    rig.cloud.fault = half
    result = rig.up()
    assert "not ready after 300 s" in result.failed[0].message
    rig.check_truth()
    rig.cloud.fault = no_fault
    assert ops(rig.up()) == {"one": "update"}
    assert rig.up().unchanged


def test_lack_of_capacity_is_a_capacity_error(rig: Rig) -> None:
    rig.program = lambda: Thing("one")
    rig.cloud.fault = out_of_capacity
    result = rig.up()
    assert result.failed[0].capacity
    error = result.error()
    assert isinstance(error, CapacityError)
    assert "no capacity in zone mem-1a" in error.summary


def test_recorded_types_are_marked_in_plan_and_result(rig: Rig) -> None:
    class Pretending(MemoryProvider):
        def recorded(self, type_: str) -> bool:
            return type_.endswith("Budget")

    rig.provider = Pretending
    rig.program = lambda: [Thing("real"), Thing("paper", kind="Budget")]
    for outcome in (rig.preview(), rig.up(), rig.preview()):
        assert {step.name: step.recorded for step in outcome.steps if step.name != "proj-dev"} == {
            "real": False,
            "paper": True,
        }
    rig.program = lambda: None
    assert [step.recorded for step in rig.preview().steps if step.name == "paper"] == [True]


def test_a_thousand_resources_take_seconds(rig: Rig) -> None:
    def program() -> None:
        last = Thing("t0")
        for index in range(1, 1000):
            last = Thing(f"t{index}", {"n": index, "after": last.computed if index % 10 else ""})

    rig.program = program
    began = time.process_time()
    rig.up()
    rig.up()
    assert time.process_time() - began < 60, "about 8 s on one core of 2.5 GHz; something became quadratic"
