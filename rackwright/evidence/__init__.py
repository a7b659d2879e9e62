"""Signed, hash-chained logs of what was done to a stack: kept, proved, exported. Main type: `EvidenceLog`.

Knows nothing of clusters, plans or policies: what a record says comes in as a mapping of plain values.
"""

from rackwright.evidence.bundle import Part, make_bundle, select, verify_bundle
from rackwright.evidence.canonical import digest
from rackwright.evidence.keys import PublicKey, SigningKey, new_key
from rackwright.evidence.log import EvidenceLog
from rackwright.evidence.period import Period, parse_period
from rackwright.evidence.record import Head, Record, Sealed, read_record
from rackwright.evidence.verify import Fault, Verdict

__all__ = [
    "EvidenceLog",
    "Fault",
    "Head",
    "Part",
    "Period",
    "PublicKey",
    "Record",
    "Sealed",
    "SigningKey",
    "Verdict",
    "digest",
    "make_bundle",
    "new_key",
    "parse_period",
    "read_record",
    "select",
    "verify_bundle",
]
