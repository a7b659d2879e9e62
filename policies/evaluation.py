"""Run rules over resources. Each call of a rule is fenced: a rule that breaks yields a finding and harms no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from policies.profile import Profile
from policies.rule import Enforcement, Finding, Resource, Rule, Status, Unknown
from policies.stack import Stack


def evaluate(
    rules: Iterable[Rule], resources: Sequence[Resource], *, profile: Profile, today: date | None = None
) -> list[Finding]:
    """Findings of every rule on every resource it applies to, rules in the given order.

    A resource without violation gives one finding `passed`; one with several violations gives as many `failed`.
    Ends of life are judged for `today`; None takes the clock's.
    """
    stack = Stack(resources, today)
    findings: list[Finding] = []
    for rule in rules:
        enforcement = profile.enforcement(rule)
        for kind in sorted(rule.applies_to & stack.by_type.keys()):
            for resource in stack.by_type[kind]:
                findings.extend(judge(rule, resource, stack, enforcement))
    return findings


def judge(rule: Rule, resource: Resource, resources: Sequence[Resource], enforcement: Enforcement) -> Iterator[Finding]:
    """Findings of one rule on one resource.

    The text of an unforeseen exception is left out, because it may quote a secret property.
    """
    messages: list[str] = []
    try:
        messages.extend(rule.find(resource, resources))
    except Unknown as unknown:
        yield finding_of(rule, resource, enforcement, Status.NOT_EVALUATED, resource.why_unknown(str(unknown)))
    except Exception as broken:  # a broken rule must not hide the others
        reason = f"the rule itself broke ({type(broken).__name__}); please report {rule.id}"
        yield finding_of(rule, resource, enforcement, Status.NOT_EVALUATED, reason)
    else:
        if not messages:
            yield finding_of(rule, resource, enforcement, Status.PASSED, "")
    for message in messages:
        yield finding_of(rule, resource, enforcement, Status.FAILED, message)


def finding_of(rule: Rule, resource: Resource, enforcement: Enforcement, status: Status, message: str) -> Finding:
    """The finding that `rule` came to `status` on `resource`."""
    return Finding(
        rule=rule.id,
        title=rule.title,
        severity=rule.severity,
        enforcement=enforcement,
        status=status,
        urn=resource.urn,
        resource_type=resource.type,
        message=message,
        fix=rule.fix,
        controls=rule.controls,
        code=rule.code,
    )
