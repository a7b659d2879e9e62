"""Runs every rule over a spec; pure and offline. The day is an argument, so the same input gives the same verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rackwright.catalog import Catalog
from rackwright.diagnostics import Problem
from rackwright.lock.model import Lock
from rackwright.preflight.rule import Fault, Rule, Severity
from rackwright.preflight.rules import RULES
from rackwright.preflight.view import View
from rackwright.preflight.waivers import waiver_for
from rackwright.spec import refusal
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.governance import Waiver
from rackwright.spec.places import dotted

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One fault that a rule found, and the waiver that sets it aside, if there is one."""

    severity: Severity
    problem: Problem
    """Carries the rule's id."""
    title: str
    """Title of the rule."""
    waiver: Waiver | None = None

    @property
    def blocks(self) -> bool:
        """Whether it stops before the first change."""
        return self.severity is Severity.ERROR and self.waiver is None


def check(
    spec: ClusterSpec, catalog: Catalog, lock: Lock | None = None, *, today: dt.date, rules: Sequence[Rule] = RULES
) -> tuple[Verdict, ...]:
    """Every fault of `spec`, errors first, then by place. `today` decides whether waivers and versions have expired."""
    view = View(spec, catalog, lock, today)
    found = [_verdict(view, one, fault) for one in rules for fault in _faults(view, one)]
    return tuple(sorted(found, key=_order))


def require(spec: ClusterSpec, verdicts: Iterable[Verdict]) -> None:
    """InputError that carries every blocking verdict; nothing when there is none."""
    problems = tuple(verdict.problem for verdict in verdicts if verdict.blocks)
    if problems:
        raise refusal(spec.where(()), problems)


def _faults(view: View, one: Rule) -> list[Fault]:
    """Faults that a rule finds. A rule that breaks is a fault itself: not evaluated is never passed."""
    try:
        return list(one.find(view))
    except Exception as problem:
        broke = f"not evaluated: the rule broke ({type(problem).__name__}: {problem})"
        return [Fault((), broke, "report this as a bug")]


def _verdict(view: View, one: Rule, fault: Fault) -> Verdict:
    problem = Problem(where=view.spec.where(fault.path), summary=fault.summary, hint=fault.hint, rule=one.id)
    waiver = waiver_for(view.spec.waivers, one.id, dotted(fault.path), view.today)
    return Verdict(one.severity, problem, one.title, waiver)


def _order(verdict: Verdict) -> tuple[int, list[object], str]:
    place = [int(part) if part.isdigit() else 0 for part in verdict.problem.where.partition(" ")[0].split(":")[1:]]
    return _ORDER.index(verdict.severity), [*place, verdict.problem.where], verdict.problem.rule or ""
