"""Mending planned resources: what the remedies of failed rules make of a resource's properties. Pure.

A remedy never sees or writes a secret: a property that holds an unknown value anywhere is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from policies.evaluation import judge
from policies.rule import UNKNOWN, Enforcement, Resource, Rule, Status


@dataclass(frozen=True, slots=True)
class Mended:
    """What one rule changed."""

    rule: Rule
    changes: Mapping[str, Any]
    """Top-level property -> its new value."""


def mend(rules: Iterable[Rule], resource: Resource) -> Iterator[Mended]:
    """What the remedies of those `rules` change that `resource` violates, each on top of those before it."""
    for rule in rules:
        if rule.remedy is None or rule.needs_stack or resource.type not in rule.applies_to:
            continue
        if not _fails(rule, resource):
            continue
        changes = {name: value for name, value in rule.remedy(resource).items() if _is_known(value)}
        better = replace(resource, props={**resource.props, **changes})
        if changes and not _fails(rule, better):
            resource = better
            yield Mended(rule, changes)


def _fails(rule: Rule, resource: Resource) -> bool:
    findings = judge(rule, resource, [resource], Enforcement.ADVISORY)
    return any(finding.status is Status.FAILED for finding in findings)


def _is_known(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_known(item) for item in value.values())
    return all(_is_known(item) for item in value) if isinstance(value, list) else value is not UNKNOWN
