"""The generated pages are those of the code, and every stack satisfies the schema that editors use."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from rackwright.preflight.reference import reference_page
from rackwright.spec import stack_names
from rackwright.spec.schema import EXAMPLE, schema_text, spec_schema

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("page", "make"), [("cluster-spec.schema.json", schema_text), ("preflight.md", reference_page)]
)
def test_generated_page_is_current(page: str, make: Callable[[], str], request: pytest.FixtureRequest):
    path = ROOT / "docs" / "reference" / page
    if request.config.getoption("--update-golden"):
        path.write_text(make())
    assert path.read_text() == make(), f"{path.name} is out of date; run pytest --update-golden"


def test_example_of_the_schema_satisfies_it():
    assert list(Draft202012Validator(spec_schema()).iter_errors(EXAMPLE)) == []


@pytest.mark.parametrize("stack", stack_names(ROOT))
def test_stack_satisfies_the_schema(stack: str):
    document = YAML(typ="safe").load((ROOT / "stacks" / f"{stack}.yaml").read_text())
    errors = [error.message for error in Draft202012Validator(spec_schema()).iter_errors(document)]
    assert errors == []


def test_schema_refuses_an_unknown_key():
    errors = list(Draft202012Validator(spec_schema()).iter_errors({**EXAMPLE, "nmae": "x"}))
    assert [error.validator for error in errors] == ["additionalProperties"]


def test_every_field_of_the_schema_is_described():
    schema = json.loads(schema_text())
    bare = [
        f"{name}.{field}"
        for name, part in schema["$defs"].items()
        for field, facts in part.get("properties", {}).items()
        if "description" not in facts
    ]
    assert bare == []
