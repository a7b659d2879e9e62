"""No request holds the API server for ever.

Requirement: the API server ends requests within five minutes.
Why it matters: a client that never ends its requests ends the service for the others.
What it looks at: `--request-timeout`; absent it is one minute.
Known limits: on EKS the control plane is AWS's and shows no flags: the rule is not applicable there.
Fix: remove the flag, or set five minutes at most.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.flags import flag
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_S = 300
UNITS_S = {"h": 3600, "m": 60, "s": 1}
PART = re.compile(r"(\d+)([hms])")


def _find(server: Resource, _: Sequence[Resource]) -> Iterator[str]:
    written = flag(server, "request-timeout", "60s")
    seconds = sum(int(count) * UNITS_S[unit] for count, unit in PART.findall(written))
    if not 0 < seconds <= MOST_S:
        yield f"--request-timeout is {written!r}, expected at most {MOST_S}s"


RULE = Rule(
    id="RW-PCTL-016",
    title="No request holds the API server for ever",
    severity=Severity.LOW,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=cite("availability"),
    fix="set --request-timeout to at most 300s",
    code="--request-timeout=60s",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
