"""The reference page of all preflight rules as Markdown, made from their docstrings; pure."""

from __future__ import annotations

from itertools import groupby

from rackwright.preflight.rule import Rule
from rackwright.preflight.rules import AREAS, RULES

_HEAD = """# Preflight rules

Generated from the rules' docstrings; do not edit. `./rw explain <id>` shows one of them.

A rule looks at the spec, the catalog and the lock, offline. An *error* stops before the first change, a *warning* and
an *info* are told. A rule is set aside for a part of the spec with a waiver (rule, scope, reason, owner, expiry).
"""


def reference_page() -> str:
    """The whole page, by area and id."""
    areas = [_area(area, list(rules)) for area, rules in groupby(RULES, key=lambda rule: rule.area)]
    return "\n".join([_HEAD, f"{len(RULES)} rules in {len(areas)} areas.", *areas])


def _area(area: str, rules: list[Rule]) -> str:
    title = " ".join(dict.fromkeys(_subject(rule) for rule in rules))
    return "\n".join([f"\n## {area}: {title}\n", *(_rule(rule) for rule in rules)])


def _subject(rule: Rule) -> str:
    module = next(module for module in AREAS if module.__name__ == rule.find.__module__)
    return (module.__doc__ or "").strip().partition("\n")[0]


def _rule(rule: Rule) -> str:
    _, _, rest = rule.page.partition("\n")
    why = rest.partition("Source:")[0].strip()
    evidence = [f"Evidence for: {', '.join(rule.frameworks)}.  "] if rule.frameworks else []
    parts = [f"### {rule.id} {rule.title} ({rule.severity})\n", *([f"{why}\n"] if why else []), *evidence]
    return "\n".join([*parts, f"Source: {rule.source}\n"])
