"""New instances of the account ask for a session token.

Requirement: the account's default for instance metadata is IMDSv2.
Why it matters: an instance that somebody starts by hand otherwise gives its role to whoever makes it fetch a page.
What it looks at: the setting in the stack, and the default of each region in the live account.
Known limits: what already runs is judged by RW-PCMP-001.
Fix: set the default.
Sources: Amazon EC2 User Guide, "Configure instance metadata defaults"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.subjects.account import REGION


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if resource.type == REGION:
        if resource.value("imdsDefault") != "required":
            yield "the region has no default that asks for tokens"
    elif resource.value("httpTokens") != "required":
        yield f"httpTokens is {resource.value('httpTokens', 'unset')!r}, expected 'required'"


RULE = Rule(
    id="RW-PCMP-010",
    title="New instances of the account ask for a session token",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", "account:aws/region:Region"}),
    controls=cite("secrets", "CIS-AWS-3.0:5.6"),
    fix="set http_tokens to required",
    code='aws.ec2.InstanceMetadataDefaults("imds", http_tokens="required")',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
