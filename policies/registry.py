"""Every rule there is: one module of `policies.rules` each, found by looking."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

from policies import rules
from policies.controls import in_other_editions
from policies.rule import Rule


def _discover() -> tuple[Rule, ...]:
    found = []
    for module in pkgutil.iter_modules(rules.__path__):
        loaded = importlib.import_module(f"{rules.__name__}.{module.name}")
        rule: Rule = loaded.RULE
        found.append(replace(rule, docs=(loaded.__doc__ or "").strip(), controls=in_other_editions(rule.controls)))
    return tuple(sorted(found, key=lambda rule: rule.id))


RULES: tuple[Rule, ...] = _discover()
"""The `RULE` of each module in `policies.rules`, by id, with the module's docstring as its reference page."""

JUDGED_TYPES = frozenset(kind for rule in RULES for kind in rule.applies_to)
"""Types that some rule judges: what a collector is asked for."""
