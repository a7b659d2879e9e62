"""Policy findings of a plan, of a recorded state and of the lock: one list for the gate, the audit and the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from policies.audit import AuditResult, coverage_of
from policies.evaluation import evaluate
from policies.profile import Profile, profile_of
from policies.registry import RULES
from policies.rule import Enforcement, Finding, Resource, Rule, Severity, Status
from policies.sources.fabric import resources_of_fabric
from policies.sources.lock import resources_of_lock
from policies.sources.state import resources_of_state
from policies.waiver import Waiver, apply_waivers
from rackwright.design.site_fabric import site_fabric
from rackwright.engine import Plan, PolicyDiagnostic
from rackwright.pipeline.prepare import Prepared

POLICY_IDS = frozenset(rule.id for rule in RULES)
"""Ids of the policy rules."""

URN_PARTS = 4
"""Parts of a URN between its ``::``: stack, project, type with its parents, name."""


def promised(prepared: Prepared) -> Profile:
    """What the stack promises, as the profile that its policies are judged by."""
    return profile_of(prepared.spec.compliance, prepared.design.classification)


def modelled(prepared: Prepared) -> dict[str, list[Resource]]:
    """What the stack's own files say, as the rules see it: place -> the lock's pins, the fabric of a site."""
    places: dict[str, list[Resource]] = {}
    if prepared.lock is not None:
        places["lock"] = resources_of_lock(prepared.lock)
    fabric = prepared.spec.fabric
    if fabric is not None and prepared.design.fabric.kind != "none":
        site = site_fabric(prepared.spec, prepared.catalog)
        places["fabric"] = resources_of_fabric(site, management_key=fabric.management_key)
    return places


def of_model(prepared: Prepared) -> list[Finding]:
    """Findings on what the stack's own files say."""
    things = [thing for place in modelled(prepared).values() for thing in place]
    return evaluate(RULES, things, profile=promised(prepared))


def of_state(deployment: Mapping[str, object], prepared: Prepared) -> list[Finding]:
    """Findings on what is recorded, with every value known, and on the lock."""
    found = evaluate(RULES, resources_of_state(deployment), profile=promised(prepared))
    return [*found, *of_model(prepared)]


def waivers_of(prepared: Prepared) -> tuple[Waiver, ...]:
    """The spec's waivers of policy rules; those of preflight rules are preflight's own."""
    return tuple(Waiver.of(one) for one in prepared.spec.waivers if one.rule in POLICY_IDS)


def judged(findings: Sequence[Finding], prepared: Prepared, today: dt.date) -> AuditResult:
    """`findings` with the spec's waivers applied, seen by control."""
    profile = promised(prepared)
    waived = tuple(apply_waivers(findings, waivers_of(prepared), today))
    return AuditResult(profile, waived, coverage_of(waived, RULES, profile))


def of_diagnostics(plan: Plan) -> list[Finding]:
    """Findings that a policy pack in another process reported; it tells violations only."""
    rules = {rule.id: rule for rule in RULES}
    return [_of_diagnostic(item, rules.get(item.policy)) for item in plan.diagnostics]


def _of_diagnostic(item: PolicyDiagnostic, known: Rule | None) -> Finding:
    return Finding(
        rule=item.policy,
        title=known.title if known else item.description,
        severity=known.severity if known else Severity.HIGH,
        enforcement=Enforcement.MANDATORY if item.mandatory else Enforcement.ADVISORY,
        status=Status.NOT_EVALUATED if "not evaluated:" in item.message else Status.FAILED,
        urn=item.urn,
        resource_type=_type_of(item.urn),
        message=item.message,
        fix=known.fix if known else "",
        controls=known.controls if known else (),
    )


def _type_of(urn: str) -> str:
    parts = urn.split("::", URN_PARTS - 1)
    return parts[2].rpartition("$")[2] if len(parts) == URN_PARTS else ""
