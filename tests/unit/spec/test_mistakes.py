"""Every stack of tests/broken_stacks is refused with exactly the text beside it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from rackwright.catalog import load_catalog
from rackwright.diagnostics import InputError, Problem
from rackwright.preflight import problems_of_draft
from rackwright.spec import parse_draft

BROKEN = Path(__file__).parents[2] / "broken_stacks"
TODAY = dt.date(2026, 11, 21)


def _refusal(path: Path) -> tuple[Problem, ...]:
    try:
        draft = parse_draft(path.read_text(), f"stacks/{path.name}")
    except InputError as refused:
        return refused.problems
    return problems_of_draft(draft, load_catalog(), None, today=TODAY)


def _text(problems: tuple[Problem, ...]) -> str:
    lines = []
    for problem in problems:
        lines += [f"{problem.summary}" + (f" [{problem.rule}]" if problem.rule else ""), f"  at   {problem.where}"]
        lines += [f"  try  {problem.hint}"] if problem.hint else []
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_broken_stack_is_refused_with_the_expected_text(path: Path, request: pytest.FixtureRequest):
    expected = path.with_suffix(".txt")
    text = _text(_refusal(path))
    if request.config.getoption("--update-golden"):
        expected.write_text(text)
    assert text == expected.read_text(), f"{expected.name} is out of date; read the change, then --update-golden"
    assert text.strip(), "nothing was refused"


def test_every_refusal_names_place_and_way_out():
    for path in BROKEN.glob("*.yaml"):
        for problem in _refusal(path):
            assert problem.where.startswith("stacks/"), problem
            assert problem.hint or "expected" in problem.summary, problem
            assert "pydantic" not in problem.summary.lower()
            assert "Input should" not in problem.summary
