"""``rw catalog``: every kind can be listed and shown; ``verify`` fails on what has no source or no explanation."""

import json

import pytest

from rackwright.catalog.compare import Difference
from rackwright.catalog.kinds import KINDS
from rackwright.cli import catalog
from rackwright.cli.app import main


def test_the_kinds_of_the_command_are_those_of_the_catalog() -> None:
    assert {kind.value for kind in catalog.Kind} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_listed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "list", kind, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(KINDS[kind]())


def test_verify_passes_and_lists_differences_with_their_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "verify", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["without_source"] == []
    assert all(one["reason"] for one in found["differences"])


def test_verify_fails_on_a_difference_that_nobody_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = (Difference("p5.48xlarge", "vcpus", 193, 192),)
    monkeypatch.setattr(catalog, "catalog_differences", lambda: wrong)
    assert main(["catalog", "verify"]) == 2
