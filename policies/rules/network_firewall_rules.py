"""The firewall inspects what passes.

Requirement: stateless defaults of a firewall policy pass packets on to inspection or drop them, fragments too, and
there are rules.
Why it matters: with the default action pass the firewall is a wire.
What it looks at: default actions and rule groups of policies.
Known limits: what the rules say is not judged.
Fix: forward to the stateful engine.
Sources: AWS Network Firewall Developer Guide, "Stateless default actions"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import items, texts
from policies.rule import Enforcement, Resource, Rule, Severity

NAMES = ("statelessDefaultActions", "statelessFragmentDefaultActions")
GROUPS = ("statefulRuleGroupReferences", "statelessRuleGroupReferences")


def _find(policy: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for name in NAMES:
        actions = texts(policy.value(f"firewallPolicy.{name}"))
        if "aws:pass" in actions or not actions:
            yield f"{name} is {', '.join(actions) or 'unset'}, expected aws:forward_to_sfe or aws:drop"
    if not any(items(policy.value(f"firewallPolicy.{name}")) for name in GROUPS):
        yield "it has no rule group"


RULE = Rule(
    id="RW-PNET-016",
    title="The firewall inspects what passes",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:networkfirewall/firewallPolicy:FirewallPolicy"}),
    controls=cite("default-deny"),
    fix="set stateless defaults to aws:forward_to_sfe",
    code=(
        'stateless_default_actions=["aws:forward_to_sfe"], stateless_fragment_default_actions=["aws:forward_to_sfe"]'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
