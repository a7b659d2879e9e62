"""Backups are encrypted with a key of their own.

Requirement: backup vaults name a KMS key.
Why it matters: a backup is the data again, in another place, for longer.
What it looks at: `kmsKeyArn` of vaults.
Known limits: recovery points of FSx and EFS take the vault's key.
Fix: name the key of the class `backups`.
Sources: AWS Backup Developer Guide, "Encryption for backups"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import KEY, is_set
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(vault: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_set(vault, "kmsKeyArn", source=KEY):
        yield "kmsKeyArn is not set"


RULE = Rule(
    id="RW-PBKP-001",
    title="Backups are encrypted with a key of their own",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:backup/vault:Vault"}),
    controls=(
        "HIPAA:164.308(a)(7)(ii)(A)",
        "GDPR:Art.32(1)(c)",
        "CCPA-REGS:7123(c)(18)",
        "SOX-ITGC:DSS04.07",
        "NIST-800-53r5:CP-9",
        "ISO-27001:A.8.13",
        "SOC2:A1.2",
        "PCI-DSS-4.0.1:10.3.3",
        "HIPAA:164.312(a)(2)(iv)",
        "GDPR:Art.32(1)(a)",
        "CCPA:1798.150(a)(1)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.06",
        "NIST-800-53r5:SC-28",
        "ISO-27001:A.8.24",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:3.5.1",
    ),
    fix="set kms_key_arn",
    code='aws.backup.Vault("vault", kms_key_arn=key.arn)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
