"""Networks join the transit gateway when somebody says so.

Requirement: transit gateways do not accept attachments of other accounts by themselves.
Why it matters: another account of the organisation then attaches its network, and has a route to the cluster.
What it looks at: `autoAcceptSharedAttachments`.
Known limits: a gateway of another account is not in the stack.
Fix: disable it.
Sources: Amazon VPC Transit Gateways guide, "Create a transit gateway"
"""

from __future__ import annotations

from policies.checks import must_be, set_to
from policies.controls import cite
from policies.rule import Enforcement, Rule, Severity

RULE = Rule(
    id="RW-PNET-014",
    title="Networks join the transit gateway when somebody says so",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2transitgateway/transitGateway:TransitGateway"}),
    controls=cite("network-segmentation"),
    fix="set auto_accept_shared_attachments to disable",
    code='auto_accept_shared_attachments="disable"',
    find=must_be("autoAcceptSharedAttachments", "disable", default="disable"),
    remedy=set_to({"autoAcceptSharedAttachments": "disable"}),
    enforcement=Enforcement.ADVISORY,
)
