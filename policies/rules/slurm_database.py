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

from policies.controls import cite
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
    controls=cite("encryption-in-transit", "secrets"),
    fix="set StorageUser, TLS and Purge settings",
    code="StorageUser=slurm\nStorageParameters=SSL_CA=/etc/ssl/certs/ca.pem\nPurgeJobAfter=13months",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
