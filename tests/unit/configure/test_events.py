from typing import Any

import pytest

from rackwright.configure.events import LONGEST_MESSAGE, MASK, RunRecord, failure_text, mask, phase_of


def play(name: str) -> dict[str, Any]:
    return {"event": "playbook_on_play_start", "event_data": {"play": name}}


def host(event: str, result: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    return {"event": event, "event_data": {"host": "n1", "task": "Do it", "res": result or {}, **data}}


def test_a_plays_name_says_its_phase() -> None:
    assert phase_of("Scheduler: munge") == "Scheduler"
    assert phase_of("Scheduler: Slurm: nodes") == "Scheduler"


@pytest.mark.parametrize(
    ("event", "result", "status"),
    [
        ("runner_on_start", {}, "started"),
        ("runner_on_ok", {"changed": False}, "ok"),
        ("runner_on_ok", {"changed": True}, "changed"),
        ("runner_on_skipped", {}, "skipped"),
        ("runner_retry", {}, "retried"),
        ("runner_on_failed", {"msg": "no"}, "failed"),
        ("runner_on_unreachable", {"msg": "no route"}, "unreachable"),
    ],
)
def test_each_event_of_a_host_becomes_one_line_of_the_display(event: str, result: dict[str, Any], status: str) -> None:
    record = RunRecord()
    record.take(play("Base: all"), 1.0)
    seen = record.take(host(event, result), 2.5)
    assert seen is not None
    assert (seen.phase, seen.task, seen.host, seen.status, seen.elapsed) == ("Base", "Do it", "n1", status, 2.5)


def test_plays_of_one_phase_add_up() -> None:
    record = RunRecord()
    for name, at in [("Base: a", 0.0), ("Scheduler: a", 2.0), ("Scheduler: b", 5.0)]:
        record.take(play(name), at)
    record.take({"event": "playbook_on_stats", "event_data": {}}, 6.0)
    assert [(phase.name, phase.seconds) for phase in record.phases()] == [("Base", 2.0), ("Scheduler", 4.0)]


def test_a_host_keeps_its_first_failure() -> None:
    record = RunRecord()
    record.take(host("runner_on_failed", {"msg": "first"}), 0)
    record.take(host("runner_on_failed", {"msg": "second"}), 0)
    assert record.hosts()[0].error == "Do it: first"


def test_a_failure_that_the_playbook_expects_is_none() -> None:
    record = RunRecord()
    record.take(host("runner_on_failed", {"msg": "expected"}, ignore_errors=True), 0)
    assert record.errors == {}


def test_secrets_never_reach_a_message() -> None:
    record = RunRecord(secrets=("hunter2",))
    record.take(host("runner_on_failed", {"msg": "munged: bad key hunter2", "stderr": "hunter2"}), 0)
    assert "hunter2" not in record.hosts()[0].error
    assert MASK in record.hosts()[0].error


def test_a_longer_secret_is_masked_before_one_that_it_contains() -> None:
    assert mask("abcdef", ("abc", "abcdef", "")) == MASK


def test_final_counts_become_one_result_per_host() -> None:
    record = RunRecord()
    data = {"ok": {"n1": 5, "n2": 3}, "changed": {"n1": 2}, "failures": {}, "dark": {"n3": 1}, "skipped": {"n2": 1}}
    record.take({"event": "playbook_on_stats", "event_data": data}, 0)
    n1, n2, n3 = record.hosts()
    assert (n1.ok, n1.changed) == (5, 2)
    assert (n2.ok, n2.skipped) == (3, 1)
    assert n3.unreachable == 1


def test_the_failing_item_of_a_loop_is_named() -> None:
    results = [{"msg": "fine"}, {"failed": True, "msg": "no space", "stderr": "disk full"}]
    assert failure_text({"msg": "One or more items failed", "results": results}) == (
        "One or more items failed | no space | disk full"
    )


def test_a_failure_is_cut_but_never_empty() -> None:
    assert failure_text({}) == "no message"
    assert len(failure_text({"msg": "x" * 5000})) == LONGEST_MESSAGE
