"""Pseudonymises columns of CSV, JSON Lines and Parquet by a declared map. Main types: `ColumnMap`, `Report`.

Knows nothing of clusters. No message and no report contains a value of the data, or a key.
"""

from rackwright.anonymise.classes import AnonymityFound
from rackwright.anonymise.key import PseudonymKey, load_or_make_key
from rackwright.anonymise.mapping import Anonymity, ColumnMap, needs_key, parse_map
from rackwright.anonymise.rows import Form, form_of
from rackwright.anonymise.transform import ColumnDone, Report, Settings, anonymise, report_with

__all__ = [
    "Anonymity",
    "AnonymityFound",
    "ColumnDone",
    "ColumnMap",
    "Form",
    "PseudonymKey",
    "Report",
    "Settings",
    "anonymise",
    "form_of",
    "load_or_make_key",
    "needs_key",
    "parse_map",
    "report_with",
]
