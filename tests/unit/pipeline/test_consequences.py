"""What an edit does, in words, and what it may not do unasked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from rackwright.design.model import Design
from rackwright.diagnostics import InputError
from rackwright.engine import Op, Plan, PlannedStep, PropertyChange
from rackwright.pipeline.prepare import prepare
from rackwright.pipeline.program.consequences import UpdateClass, consequences, update_class
from rackwright.pipeline.program.guarded import guards, refuse_guarded

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def design() -> Design:
    return prepare(ROOT, "h100-train", dt.date(2026, 11, 21)).design


def step(type_: str, name: str, op: Op = Op.UPDATE, *paths: str, replaces: bool = False) -> PlannedStep:
    diff = tuple(PropertyChange(path, "update", "old", "new", replaces) for path in paths)
    urn = f"urn:pulumi:h100-train::rackwright::{type_}::{name}"
    return PlannedStep(op, urn, type_, name, diff=diff, provider="urn:pulumi:h100-train::rackwright::x::aws")


LUSTRE = "aws:fsx/lustreFileSystem:LustreFileSystem"
GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


@pytest.mark.parametrize(
    ("what", "grade"),
    [
        (step("aws:budgets/budget:Budget", "b"), UpdateClass.IN_PLACE),
        (step(TEMPLATE, "h100-train-train", Op.UPDATE, "tags.Owner"), UpdateClass.IN_PLACE),
        (step(TEMPLATE, "h100-train-train", Op.UPDATE, "userData"), UpdateClass.ROLLING),
        (step(GROUP, "h100-train-train", Op.UPDATE, "maxSize"), UpdateClass.IN_PLACE),
        (step(GROUP, "h100-train-train", Op.DELETE), UpdateClass.REPLACES_NODES),
        (step("aws:ec2/instance:Instance", "h100-train-head-11", Op.REPLACE), UpdateClass.REPLACES_NODES),
        (step(LUSTRE, "h100-train-scratch", Op.REPLACE), UpdateClass.REPLACES_DATA),
        (step("aws:ec2/vpc:Vpc", "h100-train", Op.REPLACE), UpdateClass.NEVER),
    ],
)
def test_the_grade_of_an_edit_comes_from_its_steps_and_the_gravest_counts(
    what: PlannedStep, grade: UpdateClass
) -> None:
    assert update_class([what]) is grade
    assert update_class([step("aws:budgets/budget:Budget", "b"), what]) is grade
    assert update_class([]) is UpdateClass.IN_PLACE


def told(design: Design, *steps: PlannedStep) -> list[str]:
    return [one.sentence() for one in consequences(Plan(steps), design)]


def test_an_edit_of_a_pool_names_its_nodes_and_admits_that_nobody_knows_how_long(design: Design) -> None:
    (line,) = told(design, step(TEMPLATE, "h100-train-train", Op.UPDATE, "userData"))
    assert line.startswith("rolling: pool train: 64 nodes take it when they are next started (because of userData)")
    assert line.endswith("how long: not known")


def test_a_published_duration_is_told_with_its_source(design: Design) -> None:
    lines = told(design, step(LUSTRE, "h100-train-scratch", Op.UPDATE, "storageCapacity"))
    assert any("a few hours up to a few days (https://docs.aws.amazon.com/fsx" in line for line in lines)


def test_the_gravest_comes_first_and_mild_changes_are_counted(design: Design) -> None:
    lines = told(
        design,
        step("aws:budgets/budget:Budget", "b"),
        step("aws:sns/topic:Topic", "t", Op.DELETE),
        step("aws:ec2/instance:Instance", "h100-train-head-11", Op.REPLACE, "instanceType", replaces=True),
        step(LUSTRE, "h100-train-scratch", Op.REPLACE, "storageType", replaces=True),
    )
    assert [line.split(":")[0] for line in lines] == ["replaces data", "replaces nodes", "in place"]
    assert "node head-11: is replaced (because of instanceType)" in lines[1]
    assert "2 resources: 1 updated, 1 deleted by API calls; no node stops" in lines[2]


def test_a_new_cluster_has_no_consequences_for_what_stands(design: Design) -> None:
    assert told(design, step(LUSTRE, "h100-train-scratch", Op.CREATE)) == []


def test_what_holds_data_goes_only_when_it_is_named(design: Design) -> None:
    plan = Plan((step(LUSTRE, "h100-train-scratch", Op.REPLACE), step("aws:sns/topic:Topic", "t", Op.DELETE)))
    urn = plan.steps[0].urn
    with pytest.raises(InputError, match="nothing was changed") as refusal:
        refuse_guarded(plan, design, frozenset())
    (problem,) = refusal.value.problems
    assert problem.where == urn
    assert problem.hint is not None
    assert f"--allow-replace '{urn}'" in problem.hint
    refuse_guarded(plan, design, frozenset({urn}))


def test_a_group_is_guarded_when_its_nodes_run_in_a_capacity_block(design: Design) -> None:
    plan = Plan((step(GROUP, "h100-train-train", Op.REPLACE),))
    assert ["capacity block" in problem.summary for problem in guards(plan, design, frozenset())] == [True]
    train = next(pool for pool in design.pools if pool.name == "train")
    bought = train.capacity.model_copy(update={"kind": "on-demand"})
    other = design.model_copy(update={"pools": (train.model_copy(update={"capacity": bought}),)})
    assert guards(plan, other, frozenset()) == ()


def test_a_refusal_of_the_engine_is_told_once(design: Design) -> None:
    plan = Plan((step(LUSTRE, "h100-train-scratch", Op.DELETE),))
    (own,) = guards(plan, design, frozenset())
    assert len(guards(replace(plan, refusals=(own,)), design, frozenset())) == 1
