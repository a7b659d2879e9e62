"""EKS enforces network policies.

Requirement: the VPC CNI add-on has network policies turned on.
Why it matters: it takes policies without a word and does not enforce them until this is set.
What it looks at: `configurationValues` of the add-on vpc-cni.
Known limits: another network plug-in has its own switch: the rule is not applicable there.
Fix: set `enableNetworkPolicy`.
Sources: Amazon EKS User Guide, "Limit Pod traffic with Kubernetes network policies"
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(addon: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if addon.value("addonName") != "vpc-cni":
        return
    if not is_true(_values(addon.value("configurationValues")).get("enableNetworkPolicy")):
        yield "network policies are not enforced (enableNetworkPolicy)"


def _values(written: object) -> dict[str, object]:
    try:
        found = json.loads(written) if isinstance(written, str) else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


RULE = Rule(
    id="RW-PEKS-005",
    title="EKS enforces network policies",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:eks/addon:Addon"}),
    controls=cite("default-deny", "network-policy", "CIS-K8S-2.0.1:5.3.1"),
    fix='set enableNetworkPolicy to "true"',
    code='configuration_values=json.dumps({"enableNetworkPolicy": "true"})',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
