"""Starting, stopping and trying again, against an EC2 and a Slurm that do as the test says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rackwright.elastic import __main__ as command
from rackwright.elastic import program, slurm
from rackwright.elastic.program import Power
from rackwright.elastic.settings import ElasticPool, Settings
from rackwright.elastic.wire import Refused

POOLS = (
    ElasticPool("train", "c-train", "c-gpu", "10.40.32.0/20", 16, 47),
    ElasticPool("infer", "c-infer", "c-gpu", "10.40.32.0/20", 64, 79),
)
NO_ROOM = "InsufficientInstanceCapacity"


class FakeEc2:
    """Instances by node; refuses a launch with the next code of `refusals`."""

    def __init__(self, refusals: Sequence[str] = ()) -> None:
        self.refusals = list(refusals)
        self.instances: dict[str, str] = {}
        self.asked: list[str] = []

    def subnet_id(self, name: str) -> str:
        return f"subnet-{name}"

    def interfaces(self, template: str) -> list[dict[str, Any]]:
        return []

    def running(self, nodes: Sequence[str]) -> dict[str, str]:
        return {node: self.instances[node] for node in nodes if node in self.instances}

    def launch(self, params: Mapping[str, Any]) -> str:
        node = str(params["TagSpecification"][0]["Tag"][1]["Value"])
        self.asked.append(node)
        code = self.refusals.pop(0) if self.refusals else ""
        if code:
            raise Refused(code, f"no {node}")
        self.instances[node] = f"i-{len(self.asked)}"
        return self.instances[node]

    def terminate(self, instances: Sequence[str]) -> None:
        self.instances = {node: one for node, one in self.instances.items() if one not in instances}


class FakeSlurm:
    """Reasons of nodes that are down."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}

    def put_down(self, reasons: Mapping[str, str]) -> None:
        self.reasons |= reasons

    def power_down(self, nodes: Sequence[str]) -> None:
        for node in nodes:
            del self.reasons[node]

    def nodes_with_reasons(self) -> list[slurm.NodeState]:
        return [slurm.NodeState(node, "down~", reason) for node, reason in self.reasons.items()]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> FakeSlurm:
    fake = FakeSlurm()
    monkeypatch.setattr(program, "slurm", fake)
    return fake


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(program, "time", found)
    return found


def power(tmp_path: Path, ec2: FakeEc2) -> Power:
    return Power(Settings("c", "us-east-1", POOLS, state=str(tmp_path)), ec2)


def test_a_capacity_error_is_the_nodes_reason_and_stops_the_rest(tmp_path, told, clock) -> None:
    ec2 = FakeEc2(["", NO_ROOM])
    outcomes = power(tmp_path, ec2).resume(["train-16", "train-17", "train-18", "train-19"])
    assert [bool(one.instance) for one in outcomes] == [True, False, False, False]
    assert set(told.reasons) == {"train-17", "train-18", "train-19"}
    assert all(reason.startswith(f"(Code:{NO_ROOM})") for reason in told.reasons.values())
    assert ec2.asked == ["train-16", "train-17"], "the others would be refused too"


def test_a_taken_address_concerns_one_node_only(tmp_path, told, clock) -> None:
    ec2 = FakeEc2(["InvalidIPAddress.InUse", ""])
    power(tmp_path, ec2).resume(["train-16", "train-17"])
    assert set(told.reasons) == {"train-16"}
    assert set(ec2.instances) == {"train-17"}


def test_a_pool_without_capacity_is_left_alone_and_others_go_on(tmp_path, told, clock) -> None:
    ec2 = FakeEc2([NO_ROOM])
    power(tmp_path, ec2).resume(["train-16"])
    power(tmp_path, ec2).resume(["train-17", "infer-64"])
    assert ec2.asked == ["train-16", "infer-64"], "EC2 is not asked again before the pause is over"
    assert told.reasons["train-17"].startswith(f"(Code:{NO_ROOM})")


def test_refused_nodes_are_freed_when_the_pause_is_over_and_then_start(tmp_path, told, clock) -> None:
    ec2 = FakeEc2([NO_ROOM])
    one = power(tmp_path, ec2)
    one.resume(["train-16"])
    told.reasons["train-40"] = "broken fan"
    assert one.retry() == []
    clock.now += 60
    assert one.retry() == ["train-16"]
    assert told.reasons == {"train-40": "broken fan"}, "what others put down stays down"
    assert one.resume(["train-16"])[0].instance


def test_a_second_call_for_the_same_node_starts_nothing(tmp_path, told, clock) -> None:
    ec2 = FakeEc2()
    first = power(tmp_path, ec2).resume(["train-16"])
    again = power(tmp_path, ec2).resume(["train-16"])
    assert first == again
    assert ec2.asked == ["train-16"]


def test_nodes_that_never_spoke_are_stopped_and_said_so(tmp_path, told, clock) -> None:
    ec2 = FakeEc2()
    one = power(tmp_path, ec2)
    one.resume(["train-16"])
    one.fail(["train-16"])
    assert not ec2.instances
    assert told.reasons["train-16"].startswith("(Code:ResumeTimeout)")
    assert one.resume(["train-17"])[0].code == "ResumeTimeout", "the pool rests"


def test_a_name_that_no_pool_has_is_refused_by_name(tmp_path, told, clock) -> None:
    assert power(tmp_path, FakeEc2()).resume(["other-1"])[0].code == "UnknownNode"
    assert "other-1" in told.reasons


def test_a_memory_that_cannot_be_read_is_forgotten(tmp_path, told, clock) -> None:
    (tmp_path / "train.json").write_text("{half a fi")
    assert power(tmp_path, FakeEc2()).resume(["train-16"])[0].instance


NODES = [f"train-{number}" for number in range(16, 24)]
STEPS = st.lists(
    st.tuples(st.sampled_from(["resume", "suspend", "fail", "wait"]), st.sets(st.sampled_from(NODES))), max_size=25
)
REFUSALS = st.lists(st.sampled_from(["", "", "", NO_ROOM, "VcpuLimitExceeded", "InvalidIPAddress.InUse"]), max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=STEPS, refusals=REFUSALS)
def test_whatever_happens_every_node_runs_or_is_down_with_its_reason(
    tmp_path_factory, monkeypatch: pytest.MonkeyPatch, steps, refusals
) -> None:
    clock, told, ec2 = Clock(), FakeSlurm(), FakeEc2(refusals)
    monkeypatch.setattr(program, "time", clock)
    monkeypatch.setattr(program, "slurm", told)
    one = power(tmp_path_factory.mktemp("power"), ec2)
    for step, nodes in steps:
        if step == "wait":
            clock.now += 1_800
            one.retry()
            continue
        for node in sorted(nodes):
            told.reasons.pop(node, None)
        getattr(one, step)(sorted(nodes))
        for node in nodes:
            if step == "resume":
                assert (node in ec2.instances) != (node in told.reasons)
            else:
                assert node not in ec2.instances
    clock.now += 2 * 3_600
    one.retry()
    assert not told.reasons, "nothing stays down for ever"
    assert len(set(ec2.instances.values())) == len(ec2.instances)


def test_wrong_arguments_are_told_how_it_is_used(capsys) -> None:
    assert command.main(["start", "train-1"]) == 2
    assert command.main([]) == 2
    assert "usage:" in capsys.readouterr().err


def test_without_settings_it_says_so_and_ends_with_an_error(tmp_path, caplog) -> None:
    assert command.main(["resume", "train-[16-17]"], tmp_path / "none.json") == 4
    assert "none.json" in caplog.text


class TypedEc2(FakeEc2):
    """Has room for some instance types only; the template's own is the empty text."""

    def __init__(self, codes: Mapping[str, str]) -> None:
        super().__init__()
        self.codes = codes
        self.kinds: list[str] = []

    def launch(self, params: Mapping[str, Any]) -> str:
        kind = str(params.get("InstanceType", ""))
        self.kinds.append(kind)
        self.refusals = [self.codes.get(kind, "")]
        return super().launch(params)


def with_alternatives(tmp_path: Path, ec2: FakeEc2) -> Power:
    pool = POOLS[0]._replace(alternatives=("second", "third"))
    return Power(Settings("c", "us-east-1", (pool,), state=str(tmp_path)), ec2)


def test_another_machine_is_taken_where_there_is_none_of_the_first(tmp_path, told, clock) -> None:
    ec2 = TypedEc2({"": NO_ROOM, "second": "Unsupported"})
    outcomes = with_alternatives(tmp_path, ec2).resume(["train-16", "train-17"])
    assert ec2.kinds == ["", "second", "third"] * 2
    assert all(one.instance for one in outcomes)
    assert not told.reasons


def test_without_room_for_any_each_refusal_is_in_the_reason_and_the_pool_rests(tmp_path, told, clock) -> None:
    ec2 = TypedEc2({"": NO_ROOM, "second": "Unsupported", "third": "VcpuLimitExceeded"})
    one = with_alternatives(tmp_path, ec2)
    one.resume(["train-16", "train-17"])
    assert ec2.kinds == ["", "second", "third"], "the other node would be refused too"
    assert set(told.reasons) == {"train-16", "train-17"}
    assert told.reasons["train-17"] == f"(Code:{NO_ROOM})second: Unsupported; third: VcpuLimitExceeded; no train-16"
    assert one.resume(["train-18"])[0].code == NO_ROOM


def test_what_no_other_machine_mends_is_not_asked_for_again(tmp_path, told, clock) -> None:
    ec2 = TypedEc2({"": "UnauthorizedOperation"})
    with_alternatives(tmp_path, ec2).resume(["train-16"])
    assert ec2.kinds == [""]
