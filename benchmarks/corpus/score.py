"""Judging the corpus: misses on wrong stacks, alarms on right ones, and findings that nobody expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from ruamel.yaml import YAML

from benchmarks.corpus import bases
from benchmarks.corpus.change import CorpusStack, changed_resources, changed_tree
from policies.evaluation import evaluate
from policies.profile import STRICTEST
from policies.registry import RULES
from policies.rule import Resource, Status
from rackwright.catalog import load_catalog
from rackwright.diagnostics import ClusterError
from rackwright.preflight import Severity
from rackwright.preflight.check import judge
from rackwright.spec.cluster import ClusterSpec

TODAY = dt.date(2026, 11, 21)
"""Day for which the corpus is right; ends of life move on."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one corpus stack."""

    stack: CorpusStack
    found: frozenset[str]
    """Ids of the rules that it violates, beyond those that its base violates already."""

    @property
    def missed(self) -> bool:
        return bool(self.stack.expect) and self.stack.expect not in self.found

    @property
    def alarms(self) -> frozenset[str]:
        """Violations that are neither the mistake nor another side of it."""
        return self.found - {self.stack.expect, *self.stack.also}


def read_corpus(name: str) -> list[CorpusStack]:
    return [CorpusStack.model_validate(each) for each in YAML(typ="safe").load(bases.HERE / f"{name}.yaml")]


def judged(stack: CorpusStack) -> Verdict:
    """What preflight or the policies find of `stack`."""
    if stack.enters == "spec":
        return Verdict(stack, _of_spec(stack))
    base = _base(stack)
    found = _violated(changed_resources(base, stack.change))
    return Verdict(stack, found - _violated(base) if stack.expect else found)


def _base(stack: CorpusStack) -> Sequence[Resource]:
    if stack.enters == "plan":
        return bases.planned(stack.of)
    if stack.enters == "lock":
        return bases.locked(stack.of)
    designed = stack.enters == "fabric" and (bases.STACKS / f"{stack.of}.yaml").exists()
    return bases.fabric(stack.of) if designed else bases.observed(stack.of)


def _violated(resources: Sequence[Resource]) -> frozenset[str]:
    findings = evaluate(RULES, resources, profile=STRICTEST, today=TODAY)
    return frozenset(finding.rule for finding in findings if finding.status is Status.FAILED)


def _of_spec(stack: CorpusStack) -> frozenset[str]:
    """Errors of preflight on the changed spec; ``schema`` where it is none, or cannot be read as one."""
    try:
        spec = ClusterSpec.model_validate(changed_tree(bases.written(stack.of), stack.change))
    except (ValidationError, ClusterError):
        return frozenset({"schema"})
    wrong = judge(spec, load_catalog(), bases.lock(stack.of), today=TODAY)
    told = {each.problem.rule for each in wrong if each.severity is not Severity.INFO and each.waiver is None}
    return frozenset(str(rule) for rule in told) - _of_base(stack.of)


def _of_base(name: str) -> frozenset[str]:
    """Warnings that the base has already; errors would be alarms and stay."""
    wrong = judge(bases.spec(name), load_catalog(), bases.lock(name), today=TODAY)
    return frozenset(str(each.problem.rule) for each in wrong if each.severity is Severity.WARNING)
