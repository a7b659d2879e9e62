"""Load balancers are inside, and write a log.

Requirement: load balancers are internal and write access logs.
Why it matters: a dashboard, a notebook or a model on the internet is found within the hour.
What it looks at: scheme and access logs.
Known limits: a balancer that serves the public on purpose: waive the rule with its name.
Fix: set `internal`, and a log bucket.
Sources: Elastic Load Balancing User Guide, "Access logs"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(balancer: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(balancer.value("internal")):
        yield "it is on the internet"
    if not is_true(balancer.value("accessLogs.enabled")):
        yield "it writes no access log"


RULE = Rule(
    id="RW-PNET-021",
    title="Load balancers are inside, and write a log",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:lb/loadBalancer:LoadBalancer"}),
    controls=cite("no-public-service", "audit-logging"),
    fix="set internal and access_logs",
    code='internal=True, access_logs={"bucket": logs.bucket, "enabled": True}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
