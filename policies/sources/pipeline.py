"""Resources from the evidence of a stack: each change with its commit, and the log that keeps them.

A record that does not hold something (an older one, or a pipeline that gave no approval file) leaves it unread: that
nobody is known to have approved is not the same as that nobody did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from policies.rule import Resource
from policies.subjects.change import CHANGE, COMMIT, LOG
from policies.subjects.document import Document, resource_of

COMMANDS = frozenset({"up", "upgrade", "rollback", "destroy"})
"""Commands that change a cluster; audits are records too, but no changes."""


class Record(Protocol):
    """A record of the evidence log, as far as it is read here."""

    @property
    def stack(self) -> str:
        """Whose it is."""

    @property
    def index(self) -> int:
        """Its place in the log."""

    @property
    def at(self) -> str:
        """When, UTC."""

    @property
    def command(self) -> str:
        """What was done."""

    @property
    def content(self) -> Mapping[str, Any]:
        """What is known of it."""


NOT_RECORDED = "the record does not hold it"


def resources_of_records(records: Iterable[Record]) -> list[Resource]:
    """A resource for each change, and one for each commit that was applied."""
    changes = [record for record in records if record.command in COMMANDS]
    commits = {name: _commit(record, name) for record in changes if (name := _commit_of(record))}
    return [resource_of(each) for each in (*map(_change, changes), *commits.values())]


def resource_of_log(
    stack: str, *, faults: Sequence[str], records: int, key_beside_log: bool, retention_days: int
) -> Resource:
    """The evidence log of `stack`; `faults` are what its verification found."""
    props = {
        "verified": not faults,
        "faults": list(faults),
        "records": records,
        "keyBesideLog": key_beside_log,
        "retentionDays": retention_days,
    }
    return resource_of(Document(type=LOG, name=stack, props=props))


def _change(record: Record) -> Document:
    content: Mapping[str, Any] = record.content
    git, review = _part(content, "inputs", "git"), _part(content, "change")
    who, policies = _part(content, "who"), content.get("policies")
    props = {
        "command": record.command,
        "stack": record.stack,
        "at": record.at,
        "appliedBy": who.get("ci") or who.get("sudo") or who.get("user"),
        "byPipeline": bool(who.get("ci")),
        "author": review.get("author"),
        "approvers": review.get("approvers"),
        "ticket": review.get("ticket"),
        "commit": git.get("commit"),
        "dirty": git.get("dirty"),
        "planDigest": _part(content, "plan").get("digest"),
        "evaluated": isinstance(policies, Mapping),
        "blocking": _part(content, "policies").get("blocking", []),
    }
    given = {name: value for name, value in props.items() if value is not None}
    if "approvers" in given:
        given["approvedPlanDigest"] = review.get("approved_plan")
    counts = _part(content, "acceptance", "counts")
    given["accepted"] = not counts.get("failed") if counts else None
    unread = {f"/{name}": NOT_RECORDED for name in props if name not in given}
    return Document(type=CHANGE, name=f"{record.stack}-{record.index}", props=given, unread=unread)


def _commit(record: Record, name: str) -> Document:
    review = _part(record.content, "change")
    props = {key: review.get(key) for key in ("author", "committer", "signature") if review.get(key) is not None}
    missing = {"author", "committer", "signature"} - props.keys()
    return Document(type=COMMIT, name=name, props=props, unread={f"/{key}": NOT_RECORDED for key in sorted(missing)})


def _commit_of(record: Record) -> str | None:
    commit = _part(record.content, "inputs", "git").get("commit")
    return commit if isinstance(commit, str) and commit else None


def _part(content: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    here: Any = content
    for name in names:
        here = here.get(name) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}
