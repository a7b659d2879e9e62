"""Load balancers refuse what browsers never send.

Requirement: application load balancers drop invalid headers and defend against request smuggling; all are protected
from deletion and spread over zones.
Why it matters: smuggled requests pass the balancer's log and its rules.
What it looks at: header, desync and deletion settings.
Known limits: network load balancers have no headers; a cluster of one zone has one.
Fix: set the options.
Sources: Elastic Load Balancing User Guide, "Application Load Balancers"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(balancer: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if balancer.value("loadBalancerType", "application") == "application":
        if not is_true(balancer.value("dropInvalidHeaderFields")):
            yield "invalid headers are passed on"
        mode = balancer.value("desyncMitigationMode", "defensive")
        if mode not in ("defensive", "strictest"):
            yield f"desyncMitigationMode is {mode!r}, expected 'defensive' or 'strictest'"
    if not is_true(balancer.value("enableDeletionProtection")):
        yield "one call deletes it"


RULE = Rule(
    id="RW-PNET-020",
    title="Load balancers refuse what browsers never send",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:lb/loadBalancer:LoadBalancer"}),
    controls=cite("system-hardening", "disaster-recovery"),
    fix="drop invalid headers, use defensive desync mode",
    code=('drop_invalid_header_fields=True, desync_mitigation_mode="defensive", enable_deletion_protection=True'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
