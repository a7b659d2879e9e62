"""What holds data or took long to get is not replaced or deleted unless somebody names it: ``--allow-replace URN``."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.design.model import Design
from rackwright.diagnostics import InputError, Problem
from rackwright.engine import Op, Plan, PlannedStep
from rackwright.pipeline.program.consequences import DATA_TYPES, GROUP_TYPES, INSTANCE

STATEFUL_TYPES = DATA_TYPES | {INSTANCE, "aws:ec2/capacityBlockReservation:CapacityBlockReservation"}
"""Types that are guarded wherever they stand. Instances of their own are head nodes: pools are groups."""


def guards(plan: Plan, design: Design, allowed: frozenset[str]) -> tuple[Problem, ...]:
    """One problem for every guarded resource that `plan` replaces or deletes and `allowed` does not name."""
    return tuple(sorted(_problems(plan, design, allowed)))


def _problems(plan: Plan, design: Design, allowed: frozenset[str]) -> Iterator[Problem]:
    blocks = {f"{design.name}-{pool.name}" for pool in design.pools if pool.capacity.kind == "block"}
    named = {problem.where for problem in plan.refusals}
    yield from (problem for problem in plan.refusals if problem.where not in allowed)
    for step in plan.steps:
        if step.op not in (Op.REPLACE, Op.DELETE) or step.urn in allowed | named:
            continue
        if why := _guard(step, blocks):
            yield Problem(
                where=step.urn,
                summary=f"this would {step.op} {step.name!r} ({step.type}), {why}",
                hint=f"if that is meant: --allow-replace '{step.urn}'",
            )


def _guard(step: PlannedStep, blocks: set[str]) -> str:
    if step.type in STATEFUL_TYPES:
        return "which holds data or state"
    in_block = step.type in GROUP_TYPES and step.name in blocks
    return "whose nodes run in a capacity block, which may not be had again" if in_block else ""


def refuse_guarded(plan: Plan, design: Design, allowed: frozenset[str]) -> None:
    """Raise `InputError` with every guarded resource that goes. Nothing was changed then."""
    problems = guards(plan, design, allowed)
    if problems:
        count = f"{len(problems)} resources" if len(problems) > 1 else "a resource"
        raise InputError(
            f"the plan replaces or deletes {count} that cannot simply be made again; nothing was changed",
            hint="take the edit back, or name each one with --allow-replace",
            problems=problems,
        )
