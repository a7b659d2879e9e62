"""The pulumi CLI's events become the embedded engine's values, and its executable is found and interrupted."""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import CommandError, OutputMap, OutputValue
from pulumi.automation.events import EngineEvent

from rackwright.diagnostics import CapacityError, InputError, PolicyRefused, StepFailed
from rackwright.engine import SECRET, UNKNOWN, Event, EventKind, Op, PropertyChange
from rackwright.engine.properties import UNKNOWN_WIRE
from rackwright.pipeline.program import automation
from rackwright.pipeline.program.automation import (
    CliEngine,
    InterruptibleCommand,
    find_cli,
    plain_outputs,
    tools_folder,
)
from rackwright.pipeline.program.cli_events import Heard

STACK = "urn:pulumi:dev::rackwright::pulumi:pulumi:Stack::rackwright-dev"
PROVIDER = "urn:pulumi:dev::rackwright::pulumi:providers:aws::aws"
VPC = "urn:pulumi:dev::rackwright::aws:ec2/vpc:Vpc::net"
MOVED = {"cidrBlock": {"diffKind": "update-replace", "inputDiff": True}}


def state(urn: str, inputs: dict[str, Any], outputs: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"urn": urn, "type": "t", "parent": STACK, "inputs": inputs, "outputs": outputs or {}}


def step(kind: str, op: str, urn: str = VPC, **metadata: Any) -> EngineEvent:
    given = {"op": op, "urn": urn, "type": urn.split("::")[2], "provider": f"{PROVIDER}::04da6b54-80e4", **metadata}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, kind: {"metadata": given}})


def both(op: str, urn: str = VPC, **metadata: Any) -> list[EngineEvent]:
    return [step("resourcePreEvent", op, urn, **metadata), step("resOutputsEvent", op, urn, **metadata)]


def complaint(message: str, urn: str | None = VPC, severity: str = "error") -> EngineEvent:
    return EngineEvent.from_json({"diagnosticEvent": {"urn": urn, "message": message, "severity": severity}})


def policy(enforcement: str, message: str = "Volumes are encrypted\nit is not. Fix: encrypt it.\n") -> EngineEvent:
    given = {"resourceUrn": VPC, "message": message, "policyName": "RW-1", "policyPackName": "rackwright"}
    return EngineEvent.from_json({"policyEvent": {**given, "enforcementLevel": enforcement}})


def hear(*events: EngineEvent, preview: bool = False) -> tuple[Heard, list[Event]]:
    told: list[Event] = []
    heard = Heard(told.append, preview=preview)
    for event in events:
        heard.hear(event)
    return heard, told


def test_a_replacement_is_one_step_and_its_halves_are_told() -> None:
    old, new = state(VPC, {"cidrBlock": "10.0.0.0/16"}), state(VPC, {"cidrBlock": UNKNOWN_WIRE, "key": "[secret]"})
    parts: dict[str, Any] = {"old": old, "new": new, "detailedDiff": MOVED}
    heard, told = hear(
        *both("create-replacement", **parts), *both("replace", **parts), *both("delete-replaced", old=old)
    )
    (only,) = heard.ordered()
    assert (only.op, only.name, only.parent, only.provider) == (Op.REPLACE, "net", STACK, PROVIDER)
    assert only.diff == (PropertyChange("cidrBlock", "update", "10.0.0.0/16", UNKNOWN, replaces=True),)
    assert only.inputs == {"cidrBlock": UNKNOWN, "key": SECRET}
    ops = [event.step.op for event in told if event.step and event.kind is EventKind.FINISHED]
    assert ops == [Op.CREATE_REPLACEMENT, Op.REPLACE, Op.DELETE_REPLACED]


def test_old_values_come_from_inputs_or_outputs_and_nested_paths_are_followed() -> None:
    old = state(VPC, {"tags": {"a b": "1"}}, {"arn": "x", "list": [{"n": 1}]})
    new = state(VPC, {"tags": {"a b": "2"}, "list": [{"n": 2}]})
    detail = {
        'tags["a b"]': {"diffKind": "update", "inputDiff": True},
        "list[0].n": {"diffKind": "update"},
        "arn": {"diffKind": "delete"},
        "[odd": {"diffKind": "add", "inputDiff": True},
    }
    heard, _ = hear(*both("update", old=old, new=new, detailedDiff=detail))
    assert {(c.path, c.kind, c.old, c.new, c.replaces) for c in heard.ordered()[0].diff} == {
        ('tags["a b"]', "update", "1", "2", False),
        ("list[0].n", "update", 1, 2, False),
        ("arn", "delete", "x", None, False),
        ("[odd", "add", None, None, False),
    }


def test_named_properties_stand_in_for_a_missing_detailed_difference() -> None:
    old, new = state(VPC, {"a": 1, "b": 1}), state(VPC, {"a": 2, "b": 2})
    heard, _ = hear(*both("replace", old=old, new=new, diffs=["a", "b"], keys=["b"]))
    assert [(c.path, c.new, c.replaces) for c in heard.ordered()[0].diff] == [("a", 2, False), ("b", 2, True)]


def test_a_component_ends_twice_and_a_default_provider_is_not_told() -> None:
    default = "urn:pulumi:dev::rackwright::pulumi:providers:aws::default_7_51_1"
    one = step("resOutputsEvent", "same", STACK, provider="")
    heard, told = hear(*both("same", STACK, provider=""), one, *both("same", default))
    assert [(item.urn, item.provider) for item in heard.ordered()] == [(STACK, "")]
    assert [event.kind for event in told] == [EventKind.STARTED, EventKind.FINISHED]


def test_what_did_not_end_is_no_step() -> None:
    heard, _ = hear(step("resourcePreEvent", "create", new=state(VPC, {})))
    assert heard.ordered() == ()


def test_a_preview_tells_of_plans_only() -> None:
    _, told = hear(*both("create", new=state(VPC, {})), preview=True)
    assert [event.kind for event in told] == [EventKind.PLANNED]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("discard", Op.FORGET), ("read-replacement", Op.READ), ("import-replacement", Op.IMPORT), ("refresh", Op.REFRESH)],
)
def test_every_kind_of_step_has_a_word(theirs: str, ours: Op) -> None:
    assert [item.op for item in hear(*both(theirs, new=state(VPC, {})))[0].ordered()] == [ours]


def test_a_failed_resource_says_why() -> None:
    heard, told = hear(
        complaint("debugging", severity="debug"),
        complaint("could not create: boom\n"),
        complaint("later"),
        step("resOpFailedEvent", "create", new=state(VPC, {})),
        complaint("update failed", None),
    )
    assert [(item.op, item.message, item.capacity) for item in heard.failed] == [
        (Op.CREATE, "could not create: boom", False)
    ]
    assert told[-1].kind is EventKind.FAILED
    problem = heard.error("otherwise", "dev")
    assert (type(problem), problem.where, problem.exit_code) == (StepFailed, VPC, 4)


@pytest.mark.parametrize("failed", [True, False])
def test_missing_capacity_is_told_apart(failed: bool) -> None:
    ends = [step("resOpFailedEvent", "create", new=state(VPC, {}))] if failed else []
    heard, _ = hear(complaint("InsufficientInstanceCapacity: none left"), *ends)
    problem = heard.error("otherwise", "dev")
    assert (type(problem), problem.exit_code) == (CapacityError, 3)


def test_a_program_that_fails_is_told_in_its_own_words_and_a_silent_cli_in_its_last_lines() -> None:
    heard, _ = hear(complaint("Program failed: no such field", STACK), complaint("preview failed", None))
    assert "no such field" in heard.error("otherwise", "dev").summary
    assert "otherwise" in hear()[0].error("otherwise", "dev").summary


def test_mandatory_findings_refuse_and_advisory_ones_do_not() -> None:
    heard, told = hear(policy("advisory"), policy("mandatory"), policy("mandatory"))
    assert [item.mandatory for item in heard.diagnostics] == [False, True]
    assert heard.diagnostics[1].message == "it is not. Fix: encrypt it."
    assert heard.diagnostics[1].description == "Volumes are encrypted"
    assert len(told) == 2
    problem = heard.error("otherwise", "dev")
    assert (type(problem), problem.where, problem.exit_code) == (PolicyRefused, VPC, 5)


def test_secret_outputs_stay_closed() -> None:
    outputs: OutputMap = {"plain": OutputValue("a", secret=False), "key": OutputValue("hunter2", secret=True)}
    assert plain_outputs(outputs) == {"plain": "a", "key": SECRET}


@pytest.fixture
def no_cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without the CLI; gives a folder that is on PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    automation.command_of.cache_clear()
    return folder


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_cli_on_path_comes_before_the_one_that_was_fetched_whatever_its_folder(no_cli: Path) -> None:
    assert find_cli() is None
    own = program(tools_folder() / "bin" / "pulumi", "print('v3.271.0')")
    assert find_cli() == own
    assert CliEngine(Path(), "dev", {}, own).label == "pulumi 3.271.0"
    on_path = program(no_cli / "pulumi", "print('v3.272.0')")
    assert find_cli() == on_path
    assert CliEngine(Path(), "dev", {}, on_path).label == "pulumi 3.272.0"


@pytest.mark.parametrize("script", ["print('v2.0.0')", "raise SystemExit(1)"])
def test_a_cli_that_does_not_fit_is_refused_with_a_way_out(no_cli: Path, script: str) -> None:
    with pytest.raises(InputError, match="cannot be used") as refusal:
        _ = CliEngine(Path(), "dev", {}, program(no_cli / "pulumi", script)).label
    assert refusal.value.hint is not None
    assert "tools install" in refusal.value.hint


def test_a_rehearsal_without_the_local_cloud_never_reaches_the_cli(no_cli: Path) -> None:
    broken = program(no_cli / "pulumi", "raise SystemExit('was called')")
    engine = CliEngine(Path(), "local", {"rackwright:spec": "stacks/local.yaml"}, broken, rehearsal=True)
    nothing: frozenset[str] = frozenset()
    actions = (lambda listen: engine.destroy(listen, nothing), lambda listen: engine.up(listen, nothing))
    for action in (engine.preview, *actions):
        with pytest.raises(InputError, match="which does not run"):
            action(lambda event: None)


SLOW = """
import signal, sys
if "version" in sys.argv:
    print("v3.272.0")
    raise SystemExit
def stop(number, frame):
    open("stopped", "a").write("once ")
    raise SystemExit(255)
signal.signal(signal.SIGINT, stop)
open("running", "w").close()
signal.pause()
"""


def test_an_interrupt_is_passed_on_once_and_waited_for(no_cli: Path, tmp_path: Path) -> None:
    program(no_cli / "pulumi", SLOW)
    command = InterruptibleCommand()

    def interrupt() -> None:
        end = time.monotonic() + 120
        while not (tmp_path / "running").exists() and time.monotonic() < end:
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    presser = threading.Thread(target=interrupt)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        command.run(["up"], str(tmp_path), {})
    presser.join()
    assert (tmp_path / "stopped").read_text() == "once "


def test_what_a_failing_cli_wrote_is_kept(no_cli: Path, tmp_path: Path) -> None:
    script = (
        "import sys\nif 'version' in sys.argv:\n    print('v3.272.0')\nelse:\n    raise SystemExit('error: no stack')"
    )
    program(no_cli / "pulumi", script)
    with pytest.raises(CommandError, match="no stack"):
        InterruptibleCommand().run(["stack"], str(tmp_path), {})
