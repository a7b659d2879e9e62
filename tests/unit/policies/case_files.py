"""The rules' cases as data: resources in, verdict out. A case file is data; adding a case takes no Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from policies.rule import UNKNOWN, Resource

CASES = Path(__file__).with_name("cases")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Given(_Closed):
    type: str
    name: str = "it"
    props: dict[str, Any] = {}
    links: dict[str, list[str]] = {}
    """Property -> names of the resources it comes from."""


class Case(_Closed):
    name: str
    resources: list[Given]
    expect: dict[str, Literal["passed", "failed", "not-evaluated"]]
    """Name of a resource -> the worst verdict of the rule on it."""
    message: str | None = None
    """Part of a message of the rule."""


class CaseFile(_Closed):
    rule: str
    cases: list[Case]


def _load() -> dict[str, CaseFile]:
    files = [CaseFile.model_validate(YAML(typ="safe").load(path)) for path in sorted(CASES.glob("*.yaml"))]
    return {file.rule: file for file in files}


FILES = _load()
PAIRS = [(rule, case) for rule, file in FILES.items() for case in file.cases]


def _known(value: Any) -> Any:
    if value == "<unknown>":
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    return [_known(item) for item in value] if isinstance(value, list) else value


def _urn(given: Given) -> str:
    return f"urn:pulumi:test::rackwright::{given.type}::{given.name}"


def resources_of(case: Case) -> list[Resource]:
    urns = {given.name: _urn(given) for given in case.resources}
    return [
        Resource(
            _urn(given),
            given.type,
            given.name,
            _known(given.props),
            {key: [urns[name] for name in names] for key, names in given.links.items()},
        )
        for given in case.resources
    ]
