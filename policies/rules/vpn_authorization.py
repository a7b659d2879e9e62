"""Client VPN opens what was asked for.

Requirement: authorisation rules name a network of the cluster, and a group.
Why it matters: a rule for 0.0.0.0/0 and everybody makes the VPN a way into every peered network.
What it looks at: target network and group of authorisation rules.
Known limits: groups are those of the identity provider.
Fix: name the cluster's network and a group.
Sources: AWS Client VPN Administrator Guide, "Authorization rules"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(rule: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if rule.value("targetNetworkCidr") in ("0.0.0.0/0", "::/0"):
        yield "it opens the whole internet"
    if is_true(rule.value("authorizeAllGroups")):
        yield "it opens to every group"


RULE = Rule(
    id="RW-PVPN-005",
    title="Client VPN opens what was asked for",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2clientvpn/authorizationRule:AuthorizationRule"}),
    controls=cite("least-privilege", "network-segmentation"),
    fix="name network and group",
    code=('aws.ec2clientvpn.AuthorizationRule("admins", target_network_cidr="10.40.0.0/16", access_group_id="admins")'),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
