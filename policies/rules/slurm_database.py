"""The accounting database is guarded.

Requirement: slurmdbd uses an account of its own, keeps records by a rule, and reaches its database over TLS or on its
own host.
Why it matters: accounting names people, projects and times; it is personal data and evidence at once.
What it looks at: slurmdbd.conf.
Known limits: only on the host that runs it; passwords are never read.
Fix: set StorageUser, StorageParameters and the Purge settings.
Sources: Slurm documentation, "slurmdbd.conf"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rule import Enforcement, Resource, Rule, Severity

HERE = frozenset({"localhost", "127.0.0.1", "::1", ""})


def _find(slurm: Resource, _: Sequence[Resource]) -> Iterator[str]:
    database = slurm.value("database")
    if not isinstance(database, dict):
        return
    if str(database.get("storageuser", "root")) == "root":
        yield "slurmdbd uses the database as root"
    if str(database.get("storagehost", "")) not in HERE and "SSL_" not in str(database.get("storageparameters", "")):
        yield "the database is reached without TLS"
    if not database.get("purgejobafter"):
        yield "records are kept for ever (PurgeJobAfter)"


RULE = Rule(
    id="RW-PSLM-009",
    title="The accounting database is guarded",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"slurm:cluster"}),
    controls=(
        "HIPAA:164.312(e)(2)(ii)",
        "GDPR:Art.32(1)(a)",
        "CCPA-REGS:7123(c)(2)",
        "SOX-ITGC:DSS05.02",
        "NIST-800-53r5:SC-8(1)",
        "ISO-27001:A.8.24",
        "SOC2:CC6.7",
        "PCI-DSS-4.0.1:4.2.1",
        "HIPAA:164.308(a)(5)(ii)(D)",
        "GDPR:Art.32(1)(b)",
        "CCPA-REGS:7123(c)(1)",
        "SOX-ITGC:DSS05.04",
        "NIST-800-53r5:IA-5(7)",
        "ISO-27001:A.5.17",
        "SOC2:CC6.1",
        "PCI-DSS-4.0.1:8.6.2",
    ),
    fix="set StorageUser, TLS and Purge settings",
    code="StorageUser=slurm\nStorageParameters=SSL_CA=/etc/ssl/certs/ca.pem\nPurgeJobAfter=13months",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
