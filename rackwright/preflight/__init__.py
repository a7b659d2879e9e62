"""Rules that a spec must pass before anything is built; pure and offline. Main: `check`, `judge`, `explain`."""

from rackwright.preflight.check import Verdict, check, is_error, judge, problems_of_draft
from rackwright.preflight.explain import RuleInfo, explain, rules
from rackwright.preflight.rule import Fault, Rule, Severity

__all__ = [
    "Fault",
    "Rule",
    "RuleInfo",
    "Severity",
    "Verdict",
    "check",
    "explain",
    "is_error",
    "judge",
    "problems_of_draft",
    "rules",
]
