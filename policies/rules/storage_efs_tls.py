"""EFS file systems refuse clients without TLS.

Requirement: the policy of every EFS file system denies mounting and writing when ``aws:SecureTransport`` is false.
Why it matters: NFS is plain text unless the mount helper is told otherwise; the policy makes it the only way.
What it looks at: EFS file systems, and the file system policies that name them.
Known limits: none known.
Fix: add a deny on ``elasticfilesystem:ClientMount`` and ``ClientWrite`` when aws:SecureTransport is false.
Sources: Amazon EFS User Guide, "Using IAM to control file system data access".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import denies_without_tls, pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

POLICY = "aws:efs/fileSystemPolicy:FileSystemPolicy"


def _find(system: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, POLICY, "fileSystemId", system)
    if not any(denies_without_tls(policy, "elasticfilesystem:ClientMount") for policy in mine):
        yield "no file system policy denies clients without TLS"


RULE = Rule(
    id="RW-PSTO-007",
    title="EFS file systems refuse clients without TLS",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:efs/fileSystem:FileSystem"}),
    controls=(
        "HIPAA:164.312(e)(1)",
        "HIPAA:164.312(e)(2)(ii)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-8",
        "NIST-800-53r5:SC-8(1)",
        "ISO-27001:A.5.14",
        "SOC2:CC6.7",
        "PCI-DSS-4.0.1:4.2.1",
    ),
    fix="deny elasticfilesystem:ClientMount when aws:SecureTransport is false",
    code=(
        '{"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}'
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
