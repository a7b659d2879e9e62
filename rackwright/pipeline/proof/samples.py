"""What an auditor asks for, in one folder: all changes and a sample of them (SOX), controls over time (HIPAA).

The sample is drawn by a rule that anybody can repeat: records are ordered by the hash of the log's head, the period and
their own hash. Whoever draws cannot choose, because the head is not known before the period's last record.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from policies.report.table import safe_cell
from policies.trend import Mark
from rackwright.diagnostics import InputError
from rackwright.evidence import Period, Record

Kind = Literal["sox", "hipaa"]

CHANGES = ("up", "upgrade", "rollback", "destroy")
"""Commands that change a cluster."""
SAMPLE = 25
"""Changes that a sample has, or all where there are fewer. Our own choice: how many are tested is the auditor's
judgement (PCAOB AS 2315), and the population is there for another draw."""

COLUMNS = (
    *("sampled", "record", "at", "command", "applied by", "author", "approvers", "ticket", "commit", "clean checkout"),
    *("signature", "plan", "plan as approved", "mandatory findings", "waived rules", "acceptance", "outcome", "hash"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """The files of one request, by name."""

    files: Mapping[str, bytes]
    changes: int
    sampled: int
    audits: int


def samples(
    kind: Kind, stack: str, period: Period, records: Sequence[Record], marks: Sequence[Mark], bundle: bytes
) -> Sample:
    """The folder's files. `records` are all of the log, oldest first, `bundle` is the proof that goes with them."""
    inside = [record for record in records if period.side(record.at) == 0]
    changes = [record for record in inside if record.command in CHANGES]
    audits = [mark for mark in marks if period.side(mark.at) == 0]
    if not inside and not audits:
        raise InputError(
            f"there is nothing of {period.name} in the evidence of {stack!r}",
            where="--period",
            hint=f"records go from {records[0].at[:10]} to {records[-1].at[:10]}" if records else "the log is empty",
        )
    chosen = drawn(changes, records[-1] if records else None, period)
    files = {"bundle.json": bundle, "audits.csv": _table(*_audits(audits))}
    if kind == "sox":
        files["changes.csv"] = _table(COLUMNS, [_change(record, chosen) for record in changes])
    else:
        files["controls.csv"] = _table(*_controls(audits))
        files["violations.csv"] = _table(*_violations(audits))
    files["README.md"] = _letter(kind, stack, period, len(changes), len(chosen), len(audits)).encode()
    return Sample(files, len(changes), len(chosen), len(audits))


def drawn(changes: Sequence[Record], head: Record | None, period: Period, size: int = SAMPLE) -> frozenset[str]:
    """Hashes of the changes in the sample."""
    seed = f"{head.hash if head else ''}/{period.name}"
    ordered = sorted(changes, key=lambda record: hashlib.sha256(f"{seed}/{record.hash}".encode()).hexdigest())
    return frozenset(record.hash for record in ordered[:size])


def _change(record: Record, chosen: frozenset[str]) -> list[str]:
    content: Mapping[str, Any] = record.content
    change, git = content.get("change") or {}, (content.get("inputs") or {}).get("git") or {}
    plan, policies = content.get("plan") or {}, content.get("policies") or {}
    acceptance = (content.get("acceptance") or {}).get("counts") or {}
    approved = change.get("approved_plan")
    return [
        "yes" if record.hash in chosen else "no",
        str(record.index),
        record.at,
        record.command,
        _account(content.get("who") or {}),
        _told(change.get("author")),
        _told(", ".join(change["approvers"]) or "nobody" if change.get("approvers") is not None else None),
        _told(change.get("ticket")),
        _told(git.get("commit")),
        _yes(None if git.get("dirty") is None else not git["dirty"]),
        _told(change.get("signature")),
        _told(plan.get("digest")),
        _yes(None if approved is None else approved == plan.get("digest")),
        " ".join(policies.get("blocking", ())) or ("none" if policies else "not evaluated"),
        " ".join(policies.get("waived", ())) or ("none" if policies else "not evaluated"),
        ", ".join(f"{count} {verdict}" for verdict, count in sorted(acceptance.items())) or "not evaluated",
        _told(content.get("outcome")),
        record.hash,
    ]


def _account(who: Mapping[str, Any]) -> str:
    return _told(who.get("ci") or who.get("sudo") or who.get("user"))


def _told(value: object) -> str:
    return "not known" if value in (None, "") else str(value)


def _yes(value: bool | None) -> str:
    return "not known" if value is None else ("yes" if value else "no")


def _audits(marks: Iterable[Mark]) -> tuple[tuple[str, ...], list[list[str]]]:
    statuses = ("passed", "failed", "not-evaluated", "waived")
    rows = [
        [
            mark.at,
            _told(mark.commit),
            mark.profile,
            " ".join(mark.places),
            *(str(mark.counts.get(status, 0)) for status in statuses),
            str(mark.mandatory),
            mark.digest,
        ]
        for mark in marks
    ]
    return ("at", "commit", "profile", "looked at", *statuses, "mandatory", "findings"), rows


def _controls(marks: Sequence[Mark]) -> tuple[tuple[str, ...], list[list[str]]]:
    """Standing of each HIPAA control at each audit, oldest first."""
    names = sorted({name for mark in marks for name in mark.controls if name.startswith("HIPAA:")})
    rows = [[name.partition(":")[2], *(mark.controls.get(name, "not judged") for mark in marks)] for name in names]
    return ("control", *(mark.at[:19] for mark in marks)), rows


def _violations(marks: Sequence[Mark]) -> tuple[tuple[str, ...], list[list[str]]]:
    """Each violation with the audits that saw it first and last; one that the last audit has is open."""
    names = sorted({name for mark in marks for name in mark.failed})
    rows = []
    for name in names:
        seen = [mark.at for mark in marks if name in mark.failed]
        rule, _, urn = name.partition(" ")
        rows.append([rule, urn, seen[0], seen[-1], "open" if name in marks[-1].failed else "closed"])
    return ("rule", "thing", "first seen", "last seen", "at the end of the period"), rows


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return file.getvalue().encode()


def _letter(kind: Kind, stack: str, period: Period, changes: int, sampled: int, audits: int) -> str:
    asked = {
        "sox": f"""- `changes.csv`: every change to the cluster in the period ({changes}), the population.
  `sampled` marks the {sampled} that are to be tested. `./rw evidence verify --bundle bundle.json` proves that no
  record is missing. Drawn by the order of SHA-256 over the log's last hash, the period and the record's hash.""",
        "hipaa": """- `controls.csv`: how each control of the Security Rule stood at each audit of the period.
- `violations.csv`: what was found, when first and last, and whether it was open at the end.""",
    }[kind]
    return f"""# {stack}, {period.name}: evidence for a {kind.upper()} audit

{asked}
- `audits.csv`: the {audits} audits of the period; `findings` is the digest that the audit's signed record has too.
- `bundle.json`: the signed records of the period with their public key.

"not known" and "not evaluated" mean what they say; nothing here is a statement of compliance.
"""


def as_json(found: Sample) -> str:
    """What was written, for programs."""
    counts = {"changes": found.changes, "sampled": found.sampled, "audits": found.audits}
    return json.dumps({**counts, "files": sorted(found.files)}, indent=2) + "\n"
