"""No client can drown the API server, and none starts another's image.

Requirement: the API server runs the plug-ins EventRateLimit and AlwaysPullImages.
Why it matters: a broken controller on a thousand nodes writes events until etcd is full; a pod of one tenant starts
the private image of another that lies on the node.
What it looks at: `--enable-admission-plugins`.
Known limits: the API server's priority and fairness limits requests too, events least of all.
Fix: enable both.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from policies.controls import cite
from policies.flags import flag_must_list
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PCTL-004",
    title="No client can drown the API server, and none starts another's image",
    severity=Severity.LOW,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=cite("availability"),
    fix="enable EventRateLimit and AlwaysPullImages",
    code="--enable-admission-plugins=NodeRestriction,EventRateLimit,AlwaysPullImages",
    find=flag_must_list("enable-admission-plugins", "EventRateLimit", "AlwaysPullImages"),
    enforcement=Enforcement.ADVISORY,
)
