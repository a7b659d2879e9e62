"""What keeps a real stack from being deleted is told at once, each with the flag that allows it."""

from __future__ import annotations

from typing import Any

import pytest

from rackwright.diagnostics import InputError
from rackwright.pipeline.removal.kept_things import BUCKET, StackBucket, buckets_of, protected_of, refuse_kept


def bucket(name: str, *, data: bool = False, locked: bool = False) -> StackBucket:
    return StackBucket(f"urn::{name}", name, holds_data=data, locked=locked)


def problems(*full: StackBucket, protected: tuple[str, ...] = (), **asked: Any) -> dict[str, str]:
    try:
        refuse_kept(protected, full, **{"allowed": (), "empty": False, **asked})
    except InputError as refusal:
        return {one.where: one.hint or "" for one in refusal.problems}
    return {}


def test_buckets_that_empty_themselves_are_no_obstacle() -> None:
    recorded = [
        {"urn": "urn::a", "type": BUCKET, "id": "a", "inputs": {"forceDestroy": True}},
        {"urn": "urn::b", "type": BUCKET, "id": "b", "inputs": {"objectLockEnabled": True}, "protect": True},
        {"urn": "urn::c", "type": BUCKET, "id": "c", "inputs": {}},
        {"urn": "urn::d", "type": "aws:kms/key:Key", "id": "d", "protect": True},
    ]
    assert buckets_of(recorded, {"c"}) == [bucket("b", locked=True), bucket("c", data=True)]
    assert protected_of(recorded) == ["urn::b", "urn::d"]


def test_everything_is_told_at_once_with_the_flag_that_allows_it() -> None:
    found = problems(bucket("logs"), bucket("data", data=True), bucket("trail", locked=True), protected=("urn::key",))
    assert set(found) == {"urn::logs", "urn::data", "urn::trail", "urn::key"}
    assert "--empty-buckets" in found["urn::logs"]
    assert "--allow-replace" not in found["urn::logs"]
    assert "--allow-replace 'urn::data'" in found["urn::data"]
    assert "pulumi state delete" in found["urn::trail"]


def test_records_go_with_one_flag_and_data_only_by_name_too() -> None:
    assert problems(bucket("logs"), empty=True) == {}
    assert set(problems(bucket("data", data=True), empty=True)) == {"urn::data"}
    assert set(problems(bucket("data", data=True), allowed=("urn::data",))) == {"urn::data"}
    assert problems(bucket("data", data=True), allowed=("urn::data",), empty=True) == {}


def test_no_flag_opens_a_lock() -> None:
    locked = bucket("trail", data=True, locked=True)
    assert set(problems(locked, allowed=("urn::trail",), empty=True)) == {"urn::trail"}


def test_nothing_in_the_way_is_no_refusal() -> None:
    with pytest.raises(InputError):
        refuse_kept(["urn::key"], [], allowed=(), empty=True)
    refuse_kept(["urn::key"], [], allowed=("urn::key",), empty=False)
