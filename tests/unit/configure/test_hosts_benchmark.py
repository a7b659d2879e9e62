"""The benchmark of hosts keeps what it has measured, cuts what hangs, and fits a straight line."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.hosts import missed, verdict
from benchmarks.hosts_rows import Measure, Row, fits, line, middle_and_worst, ratios
from rackwright.diagnostics import StepFailed


@given(st.floats(-5, 5), st.floats(-100, 100), st.sets(st.integers(1, 1000), min_size=2, max_size=6))
def test_points_of_a_line_give_that_line(slope: float, fixed: float, counts: set[int]) -> None:
    assert line([(count, fixed + slope * count) for count in counts]) == pytest.approx((slope, fixed), abs=1e-6)


def test_a_fit_takes_the_light_hosts_of_its_way_only() -> None:
    rows = [Row(f"pull, {n} hosts", 1.0, 1.0 + 0.1 * n, n) for n in (2, 8, 24)]
    rows += [Row("pull, 1 GPU node", 1.0, 99.0), Row("second push, 2 hosts", 1.0, 4.0, 2)]
    assert fits(rows) == pytest.approx({"pull: CPU of one more host": 0.1, "pull: CPU of 1,000 hosts": 101.0})


def test_defaults_are_compared_with_the_same_hosts_and_turn() -> None:
    rows = [
        Row("first push, 2 hosts", 10.0, 4.0),
        Row("second push, 2 hosts", 2.0, 1.0),
        Row("first push with Ansible's defaults, 2 hosts", 30.0, 6.0),
        Row("first push with Ansible's defaults, 8 hosts", 90.0, 9.0),
    ]
    assert ratios(rows) == {"first push, 2 hosts": {"wall": 3.0, "cpu": 1.5}}


def test_of_several_tries_the_middle_and_the_worst_are_told_and_the_worst_is_judged() -> None:
    what = "boot from a baked image to ready, 1 GPU node"
    rows = middle_and_worst([Row(what, seconds, 0.1) for seconds in (12.0, 25.0, 11.0)])
    assert [(row.what, row.wall_s) for row in rows] == [(f"{what}, median", 12.0), (f"{what}, worst", 25.0)]
    assert rows[0].each_s == [12.0, 25.0, 11.0]
    assert missed(rows) == [f"{what}, worst"]
    assert [verdict(row.what, row.wall_s) for row in rows] == ["", "20 MISSED"]


def test_what_hangs_is_cut_with_its_place_and_the_rest_goes_on(tmp_path: Path) -> None:
    measure, cleaned = Measure(tmp_path / "rows.json"), []

    def hangs() -> Generator[Row]:
        try:
            yield Row("first", 1.0, 1.0)
            measure.where = lambda: "Base | Look on host-1"
            threading.Event().wait(60)
        finally:
            cleaned.append(True)

    def fails() -> Generator[Row]:
        yield Row("second", 2.0, 2.0)
        raise StepFailed("the disk is full")

    measure.run("push, 2 hosts", hangs(), limit_s=0.2)
    measure.run("pull, 2 hosts", fails(), limit_s=60)
    kept = json.loads((tmp_path / "rows.json").read_text())
    assert [row["what"] for row in kept["rows"]] == ["first", "second"]
    assert kept["failures"] == [
        "push, 2 hosts: cut after 0.2 s, at Base | Look on host-1",
        "pull, 2 hosts: StepFailed: the disk is full, at the start of its machines",
    ]
    assert cleaned == [True]
