"""Machine images are not published.

Requirement: no launch permission of an image is for everybody or a whole organisation by wildcard.
Why it matters: an image of a node carries driver settings, agent identities and sometimes data.
What it looks at: AMI launch permissions.
Known limits: permissions set outside the stack are not seen.
Fix: share with named accounts.
Sources: AWS EC2 User Guide, "Make your AMI publicly available" (and why not to).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rule import Resource, Rule, Severity


def _find(permission: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if permission.value("group") == "all":
        yield "the image is for everybody"


RULE = Rule(
    id="RW-PSTO-021",
    title="Machine images are not published",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:ec2/amiLaunchPermission:AmiLaunchPermission"}),
    controls=(
        "HIPAA:164.312(a)(1)",
        "GDPR:Art.25(2)",
        "CCPA:1798.150(a)(1)",
        "SOX-ITGC:ITGC-APD",
        "NIST-800-53r5:AC-3",
        "NIST-800-53r5:AC-22",
        "ISO-27001:A.5.23",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.4.4",
    ),
    fix="name the accounts",
    code='account_id="111122223333"   # never group="all"',
    find=_find,
)
