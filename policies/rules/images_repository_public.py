"""No repository is open to everybody.

Requirement: repository policies allow everybody nothing.
Why it matters: everybody pulls the models inside, or pushes the image that the nodes start next.
What it looks at: allowing statements without a condition.
Known limits: a condition is taken as given.
Fix: name accounts or the organisation.
Sources: Amazon ECR User Guide, "Private repository policies"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import open_statements
from policies.rule import Resource, Rule, Severity


def _find(policy: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for statement in open_statements(policy, "policy"):
        yield f"{statement.name} allows everybody"


RULE = Rule(
    id="RW-PIMG-005",
    title="No repository is open to everybody",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"aws:ecr/repositoryPolicy:RepositoryPolicy"}),
    controls=(
        "HIPAA:164.312(e)(1)",
        "GDPR:Art.25(2)",
        "CCPA-REGS:7123(c)(11)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-7",
        "NIST-800-53r5:AC-3",
        "ISO-27001:A.8.20",
        "SOC2:CC6.6",
        "PCI-DSS-4.0.1:1.3.1",
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(14)",
        "SOX-ITGC:ITGC-PC",
        "NIST-800-53r5:SI-7",
        "NIST-800-53r5:SR-11",
        "ISO-27001:A.8.19",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.3.2",
    ),
    fix="name principals",
    code='{"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}',
    find=_find,
)
