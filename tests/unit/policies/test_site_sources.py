from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from policies.evaluation import evaluate
from policies.profile import BASELINE
from policies.registry import RULES
from policies.rule import Resource, Status
from policies.sources.fabric import resources_of_fabric
from policies.sources.pipeline import resource_of_log, resources_of_records
from rackwright.catalog import load_catalog
from rackwright.design.site_fabric import SiteFabric, site_fabric
from rackwright.fabric.partitions import Tenant
from rackwright.spec import load_spec

STACK = Path(__file__).resolve().parents[3] / "stacks" / "dgx-h100-4su.yaml"


@pytest.fixture(scope="module")
def fabric() -> SiteFabric:
    return site_fabric(load_spec(STACK), load_catalog())


def verdicts(resources: list[Resource]) -> dict[str, str]:
    order = ["passed", "not-evaluated", "failed"]
    found: dict[str, str] = {}
    for finding in evaluate(RULES, resources, profile=BASELINE):
        found[finding.rule] = max(found.get(finding.rule, "passed"), finding.status.value, key=order.index)
    return found


def test_a_designed_fabric_violates_nothing_and_says_what_only_the_built_one_knows(fabric) -> None:
    found = verdicts(resources_of_fabric(fabric, management_key=True))
    assert Status.FAILED not in found.values()
    assert found["RW-PFAB-002"] == found["RW-PFAB-003"] == found["RW-PFAB-006"] == "passed"
    assert found["RW-PFAB-001"] == found["RW-PFAB-007"] == "not-evaluated"


def test_a_fabric_without_a_key_or_with_a_shared_host_is_found_before_it_is_built(fabric) -> None:
    tenants = (Tenant("red", "node[0001-0004]"), Tenant("blue", "node[0004-0008]"))
    found = verdicts(resources_of_fabric(SiteFabric(fabric.design, tenants), management_key=False))
    assert found["RW-PFAB-001"] == "failed"
    assert found["RW-PFAB-004"] == "failed"
    assert found["RW-PFAB-002"] == "passed"


CHANGE = {
    "author": "a@x",
    "committer": "a@x",
    "signature": "good",
    "approvers": ["b@x"],
    "ticket": "C-1",
    "approved_plan": "d",
}
CONTENT: dict[str, Any] = {
    "who": {"user": "root", "ci": "deployer"},
    "inputs": {"git": {"commit": "abc", "dirty": False}},
    "plan": {"digest": "d"},
    "policies": {"blocking": []},
    "acceptance": {"counts": {"passed": 3, "failed": 0}},
    "change": CHANGE,
}


def record(command: str = "up", **content: object) -> SimpleNamespace:
    return SimpleNamespace(
        stack="x", index=1, at="2026-11-21T13:00:00.000000Z", command=command, content={**CONTENT, **content}
    )


def test_a_change_that_somebody_else_approved_passes_every_rule_of_the_pipeline() -> None:
    found = verdicts(resources_of_records([record()]))
    assert len(found) == 8
    assert set(found.values()) == {"passed"}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ({"change": {**CHANGE, "approvers": ["a@x"]}}, "RW-PCHG-001"),
        ({"change": {**CHANGE, "approvers": []}}, "RW-PCHG-001"),
        ({"who": {"user": "a@x"}}, "RW-PCHG-002"),
        ({"change": {**CHANGE, "approved_plan": "other"}}, "RW-PCHG-003"),
        ({"inputs": {"git": {"commit": "abc", "dirty": True}}}, "RW-PCHG-004"),
        ({"policies": {"blocking": ["RW-PSTO-001"]}}, "RW-PCHG-005"),
        ({"policies": None}, "RW-PCHG-005"),
        ({"acceptance": {"counts": {"failed": 1}}}, "RW-PCHG-006"),
        ({"change": {**CHANGE, "ticket": ""}}, "RW-PCHG-007"),
        ({"change": {**CHANGE, "signature": "none"}}, "RW-PCHG-008"),
    ],
)
def test_what_is_wrong_with_a_change_is_found_in_its_record(content, rule) -> None:
    assert verdicts(resources_of_records([record(**content)]))[rule] == "failed"


def test_what_a_record_does_not_hold_is_not_evaluated_and_audits_are_no_changes() -> None:
    found = verdicts(resources_of_records([record(change={})]))
    assert found["RW-PCHG-001"] == found["RW-PCHG-003"] == found["RW-PCHG-008"] == "not-evaluated"
    assert resources_of_records([record("audit")]) == []


def test_a_broken_log_is_found() -> None:
    whole = resource_of_log("x", faults=[], records=3, key_beside_log=False, retention_days=2555)
    assert set(verdicts([whole]).values()) == {"passed"}
    broken = resource_of_log("x", faults=["record 2 was changed"], records=3, key_beside_log=True, retention_days=30)
    assert set(verdicts([broken]).values()) == {"failed"}
