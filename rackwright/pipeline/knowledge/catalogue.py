"""Every rule of every kind in one list."""

from __future__ import annotations

from dataclasses import dataclass

from policies.registry import RULES
from rackwright.preflight import rules as preflight_rules


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule as ``rw rules`` lists it."""

    id: str
    kind: str
    """``preflight`` or ``policy``."""
    severity: str
    title: str
    frameworks: tuple[str, ...]


def every_rule() -> tuple[RuleLine, ...]:
    """Preflight rules, then policy rules, each by id."""
    preflight = (RuleLine(r.id, r.kind, r.severity, r.title, r.frameworks) for r in preflight_rules())
    policy = (
        RuleLine(
            r.id, "policy", r.severity.value, r.title, tuple(dict.fromkeys(c.partition(":")[0] for c in r.controls))
        )
        for r in RULES
    )
    return (*preflight, *policy)
