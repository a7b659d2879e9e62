"""Who changed it, what may be adopted, and a stack file edited without losing a comment."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from rackwright.cli.drift import drift_lines
from rackwright.design.model import Design
from rackwright.diagnostics import InputError
from rackwright.engine import PropertyChange
from rackwright.pipeline.prepare import prepare
from rackwright.pipeline.program.adopt import NO_FIELD, spec_edits
from rackwright.pipeline.program.drift import Call, Drift, Drifted, calls_of
from rackwright.pipeline.program.provider_reads import Refused
from rackwright.preflight.online import Unread
from rackwright.spec.edit import with_values

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def design() -> Design:
    return prepare(ROOT, "h100-train", dt.date(2026, 11, 21)).design


def event(name: str, who: str, minute: int, *, read: str = "false") -> dict[str, object]:
    at = dt.datetime(2026, 11, 21, 9, minute, tzinfo=dt.UTC)
    return {"EventName": name, "Username": who, "EventTime": at, "ReadOnly": read}


def test_who_it_was_is_told_newest_first_and_reads_do_not_count() -> None:
    events = [event("ModifyVpc", "ann", 1), event("DescribeVpcs", "bob", 3, read="true"), event("CreateTags", "eve", 2)]
    calls, not_known = calls_of({"Events": events})
    assert [(call.who, call.action) for call in calls] == [("eve", "CreateTags"), ("ann", "ModifyVpc")]
    assert calls[0].at == "2026-11-21T09:02:00+00:00"
    assert not_known == ""


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Unread("no permission for cloudtrail:LookupEvents (AccessDenied)"), "no permission"),
        (Refused("NotImplemented", "no"), "NotImplemented"),
        ({"Events": []}, "holds no changing call"),
    ],
)
def test_where_nobody_can_say_who_it_was_the_reason_is_told(reply: object, why: str) -> None:
    calls, not_known = calls_of(reply)
    assert calls == ()
    assert why in not_known


def drifted(type_: str, name: str, *changes: tuple[str, object, object], gone: bool = False) -> Drifted:
    diff = tuple(PropertyChange(path, "update", old, new) for path, old, new in changes)
    return Drifted(f"urn::{name}", type_, name, "id-1", gone, diff, (Call("ann", "X", "now"),))


def test_drift_is_shown_with_old_and_new_value_and_who() -> None:
    one = drifted("aws:ec2/vpc:Vpc", "net", ("tags.Owner", "ops", "ann"))
    lines = list(drift_lines(Drift((one,), 9)))
    assert lines == ["net (aws:ec2/vpc:Vpc) id-1", "  tags.Owner: ops → ann", "  by ann: X at now"]
    assert list(drift_lines(Drift((), 9))) == ["no drift: 9 resources are as recorded"]


def test_only_what_a_field_of_the_spec_decides_is_adopted(design: Design) -> None:
    lustre = drifted("aws:fsx/lustreFileSystem:LustreFileSystem", "h100-train-scratch", ("storageCapacity", 1, 69600))
    group = drifted("aws:autoscaling/group:Group", "h100-train-train", ("minSize", 64, 60), ("maxSize", 64, 70))
    other = drifted("aws:ec2/vpc:Vpc", "net", ("tags.Owner", "ops", "ann"))
    gone = drifted("aws:sns/topic:Topic", "alerts", gone=True)
    edits, rest = spec_edits(Drift((lustre, group, other, gone), 9), design)
    assert {(edit.path, str(edit.value)) for edit in edits} == {
        (("storage", "scratch", "capacity"), "69600 GiB"),
        (("pools", "train", "nodes"), "{'min': 60, 'max': 70}"),
    }
    assert (rest[0].name, rest[0].why_not) == ("net", NO_FIELD)
    assert "gone" in rest[1].why_not


TEXT = """\
name: x  # the name
pools:
  # GPUs
  train: {role: gpu, nodes: 4}    # four
budget: {usd_per_month: 10}
"""


def test_an_edit_of_a_stack_file_keeps_everything_else() -> None:
    edited = with_values(TEXT, {("pools", "train", "nodes"): {"min": 0, "max": 8}, ("budget", "usd_per_month"): 20})
    assert edited == TEXT.replace("nodes: 4", "nodes: {min: 0, max: 8}").replace("10}", "20}").replace(
        "    # four", " # four"
    )
    assert with_values(TEXT, {("power", "pue"): 1.2}) == f"{TEXT}power:\n  pue: 1.2\n"
    with pytest.raises(InputError, match="no mapping"):
        with_values(TEXT, {("name", "other"): 1})


def test_every_shipped_stack_survives_an_edit_without_another_difference() -> None:
    for file in sorted((ROOT / "stacks").glob("*.yaml")):
        if not file.name.endswith(".lock.yaml") and not file.name.startswith("Pulumi."):
            assert with_values(file.read_text(), {}) == file.read_text(), file.name
