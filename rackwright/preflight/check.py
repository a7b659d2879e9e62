"""Runs every rule over a spec; pure and offline. The day is an argument, so the same input gives the same verdicts."""

from __future__ import annotations

import datetime as dt
import pathlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rackwright.catalog import Catalog
from rackwright.diagnostics import Problem
from rackwright.lock.model import Lock
from rackwright.preflight.rule import REGISTRY, Fault, Rule, Severity
from rackwright.preflight.rules import RULES
from rackwright.preflight.view import View
from rackwright.preflight.waivers import waiver_for
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.governance import Waiver
from rackwright.spec.places import Path, Places, dotted
from rackwright.spec.salvage import Draft

NAME_RULES = frozenset({"RW-CAT-001"})
"""Rules that look at names alone, and hold on any target."""

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
    spec: ClusterSpec, catalog: Catalog, lock: Lock | None = None, *, today: dt.date, path: pathlib.Path | None = None
) -> tuple[Problem, ...]:
    """Every fault of `spec` that no waiver sets aside, errors first; `is_error` tells which ones stop.

    `today` decides whether waivers and versions have expired. `path` names the file in messages when the spec was not
    read from one.
    """
    placed = spec.placed(Places(str(path))) if path is not None and not spec.read_from_file else spec
    return tuple(verdict.problem for verdict in judge(placed, catalog, lock, today=today) if verdict.waiver is None)


def is_error(problem: Problem) -> bool:
    """Whether a fault stops before the first change. A problem that no rule found is an error."""
    found = REGISTRY.get(problem.rule or "")
    return found is None or found.severity is Severity.ERROR


def judge(
    spec: ClusterSpec,
    catalog: Catalog,
    lock: Lock | None = None,
    *,
    today: dt.date,
    rules: Sequence[Rule] = RULES,
    believes: Callable[[Path], bool] | None = None,
) -> tuple[Verdict, ...]:
    """Every fault with its severity and the waiver that sets it aside, errors first, then by place.

    `believes` says whether a fault at a path counts, for a spec of which not every part is the person's.
    """
    view = View(spec, catalog, lock, today)
    found = [
        _verdict(view, one, fault)
        for one in rules
        for fault in _faults(view, one)
        if not believes or believes(fault.path)
    ]
    return tuple(sorted(found, key=_order))


def problems_of_draft(draft: Draft, catalog: Catalog, lock: Lock | None, *, today: dt.date) -> tuple[Problem, ...]:
    """Every mistake of a spec that cannot be used as it is: those of form, and what rules find in the rest of it."""
    if draft.spec is None:
        return draft.problems
    rules = RULES if draft.knows_target else tuple(one for one in RULES if one.id in NAME_RULES)
    judged = judge(draft.spec, catalog, lock, today=today, rules=rules, believes=draft.believes)
    return tuple(sorted((*draft.problems, *(verdict.problem for verdict in judged if verdict.blocks)), key=_place))


def _place(problem: Problem) -> tuple[int, int]:
    mark = re.search(r":(\d+):(\d+)", problem.where)
    return (int(mark[1]), int(mark[2])) if mark else (0, 0)


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


def _order(verdict: Verdict) -> tuple[int, int, int, str, str]:
    problem = verdict.problem
    line, column = _place(problem)
    return _ORDER.index(verdict.severity), line, column, problem.where, problem.rule or ""
