"""``rw fabric``: the designer from the command line, without a stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rackwright.cli.app import main

H100_4SU = ["--system", "dgx-h100", "--nodes", "127"]


def test_a_design_prints_switches_and_cables_of_each_tier(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fabric", "design", *H100_4SU, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["leaves"], found["spines"], found["cores"], found["switches"]) == (32, 16, 0, 48)
    assert found["cables"] == {"node_leaf": 1016, "leaf_spine": 1024, "spine_core": 0}


def test_a_node_that_the_catalog_does_not_know_is_described_by_rails_and_switch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["fabric", "design", "--rails", "8", "--switch", "qm9700", "--nodes", "127", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["leaves"], found["spines"], found["gpus"]) == (32, 16, None)


def test_neither_system_nor_rails_and_switch_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fabric", "design", "--nodes", "4"]) == 2
    assert "neither a system nor both rails and switch are given" in capsys.readouterr().err


def test_racks_are_drawn_page_by_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fabric", "diagram", *H100_4SU, "--racks", "-o", str(tmp_path / "racks.svg")]) == 0
    pages = sorted(path.name for path in tmp_path.iterdir())
    assert pages[0] == "racks-1.svg"
    assert all((tmp_path / name).read_text().startswith("<svg") for name in pages)
    assert main(["fabric", "diagram", *H100_4SU, "--racks"]) == 2
    assert f"fill {len(pages)} pages" in capsys.readouterr().err


def test_a_few_racks_are_one_page_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fabric", "diagram", "--system", "dgx-h100", "--nodes", "8", "--racks"]) == 0
    assert capsys.readouterr().out.startswith("<svg")


def test_a_wrong_cable_is_found_in_the_discovered_fabric_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small, file = ["--system", "dgx-h100", "--nodes", "4"], tmp_path / "found.txt"
    assert main(["fabric", "file", "ibnet", *small, "-o", str(file)]) == 0
    assert main(["fabric", "check", str(file), *small, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    lines = file.read_text().splitlines()
    first, second = [number for number, line in enumerate(lines) if '"H-' in line and line.startswith("[")][:2]
    swapped = {first: lines[first].partition("]")[0], second: lines[second].partition("]")[0]}
    lines[first], lines[second] = (
        swapped[first] + "]" + lines[second].partition("]")[2],
        swapped[second] + "]" + lines[first].partition("]")[2],
    )
    file.write_text("\n".join(lines) + "\n")
    assert main(["fabric", "check", str(file), *small, "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert {one["kind"] for one in found} == {"wrong-cable"}
    assert all(one["cable"] and one["expected"] and one["found"] for one in found)


def test_the_fabric_of_a_stack_has_a_partition_for_each_tenant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fabric", "design", "--stack", "dgx-h100-4su", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["leaves"] == 32
    assert main(["fabric", "file", "partitions.conf", "--stack", "dgx-h100-4su"]) == 0
    told = capsys.readouterr()
    assert told.out.count("    0x") == 127 * 8, "every port of the tenant"
    assert "Default=0x7fff, ipoib, defmember=limited" in told.out
    assert "research=0x0001" in told.out
    assert "subnet simulator" in told.err


def test_partitions_take_the_guids_of_the_fabric_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small, file = ["--system", "dgx-h100", "--nodes", "4"], tmp_path / "found.txt"
    assert main(["fabric", "file", "ibnet", *small, "-o", str(file)]) == 0
    capsys.readouterr()
    assert main(["fabric", "file", "partitions.conf", *small, "--discovered", str(file)]) == 0
    assert "subnet simulator" not in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--stack", "h100-train"]], ids=["no nodes", "a stack on AWS"])
def test_a_fabric_that_nobody_describes_is_refused_with_a_way_out(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fabric", "design", *options]) == 2
    assert "  try  " in capsys.readouterr().err


def test_costs_are_those_of_your_prices_and_what_has_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("qm9700: 25000\n")
    assert main(["fabric", "bom", *H100_4SU, "--prices", str(prices), "--usd-per-kwh", "0.2", "--json"]) == 0
    cost = json.loads(capsys.readouterr().out)["cost"]
    assert cost["parts_usd"] == 48 * 25000
    assert cost["energy_usd_per_year"] > 0
    assert "qm9700" not in cost["not_priced"]
    assert "rack" in cost["not_priced"]
    prices.write_text("qm9700: cheap\n")
    assert main(["fabric", "bom", *H100_4SU, "--prices", str(prices)]) == 2
