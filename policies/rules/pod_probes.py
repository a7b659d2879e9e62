"""A service says when it is well.

Requirement: containers of services have a liveness and a readiness probe.
Why it matters: without them requests go to a server whose GPU has failed, and nobody restarts it.
What it looks at: `livenessProbe` and `readinessProbe` of containers of Deployments and StatefulSets.
Known limits: jobs end by themselves and need none.
Fix: give both probes.
Sources: Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.pods import may, pod_of
from policies.reading import maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if may(resource, "root"):
        return
    for container in maps(pod_of(resource), "containers"):
        missing = [name for name in ("livenessProbe", "readinessProbe") if not container.value(name)]
        if missing:
            yield f"{container.value('name', container.name)} has no {' and no '.join(missing)}"


RULE = Rule(
    id="RW-PPOD-010",
    title="A service says when it is well",
    severity=Severity.LOW,
    applies_to=frozenset({"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"}),
    controls=cite("availability"),
    fix="add livenessProbe and readinessProbe",
    code="readinessProbe: {httpGet: {path: /ready, port: 8000}}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
