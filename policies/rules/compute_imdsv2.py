"""Instance metadata answers only session-token requests (IMDSv2).

Requirement: launch templates and instances demand a session token, and the answer does not leave the instance.
Why it matters: with version 1, any process that can be made to fetch a URL (server-side request forgery) reads the
node's credentials.
What it looks at: `metadataOptions` of instances, launch templates and launch configurations.
Known limits: does not see an older template version that an auto-scaling group outside the stack uses.
Fix: set `metadataOptions.httpTokens` to ``required`` and `httpPutResponseHopLimit` to 1 (2 where containers need it).
Sources: AWS EC2 User Guide, "Configure the instance metadata service"; CIS AWS Foundations 3.0.0 5.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.checks import set_to
from policies.reading import number
from policies.rule import Resource, Rule, Severity

MOST_HOPS = 2
"""One for the instance, one more for a container's bridge; AWS advises no more."""


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if resource.value("metadataOptions.httpEndpoint") == "disabled":
        return
    tokens = resource.value("metadataOptions.httpTokens", "unset")
    if tokens != "required":
        yield f"metadataOptions.httpTokens is {tokens!r}, expected 'required'"
    hops = number(resource.value("metadataOptions.httpPutResponseHopLimit"))
    if hops is not None and hops > MOST_HOPS:
        yield f"metadataOptions.httpPutResponseHopLimit is {hops:g}, expected at most {MOST_HOPS}"


RULE = Rule(
    id="RW-PCMP-001",
    title="Instance metadata answers only session-token requests (IMDSv2)",
    severity=Severity.HIGH,
    applies_to=frozenset(
        {
            "aws:ec2/instance:Instance",
            "aws:ec2/launchTemplate:LaunchTemplate",
            "aws:ec2/launchConfiguration:LaunchConfiguration",
        }
    ),
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(5)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:AC-3",
        "NIST-800-53r5:AC-6",
        "CIS-AWS-3.0:5.6",
        "CIS-AWS-7.0:6.7",
        "ISO-27001:A.8.9",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:2.2.6",
    ),
    fix="set metadataOptions.httpTokens to 'required'",
    code='metadata_options={"http_tokens": "required", "http_put_response_hop_limit": 1}',
    find=_find,
    remedy=set_to({"metadataOptions.httpTokens": "required"}),
)
