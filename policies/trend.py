"""Audits over time: what one came to in figures, and what changed from one to another. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from policies.audit import AuditResult, Standing
from policies.rule import Finding, Status

UNJUDGED = (Standing.MANUAL, Standing.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Mark:
    """One audit in figures."""

    at: str
    """UTC, ISO form."""
    commit: str | None
    """Commit of the checkout; None where git could not say."""
    profile: str
    places: tuple[str, ...]
    """What was looked at: ``state``, ``live``, ``hosts`` …"""
    counts: Mapping[str, int]
    """Status -> findings."""
    mandatory: int
    frameworks: Mapping[str, Mapping[str, int]]
    """Framework -> standing -> controls."""
    controls: Mapping[str, str]
    """Control -> standing, of those that rules judge."""
    failed: tuple[str, ...]
    """``<rule> <urn>`` of each violation."""
    digest: str
    """Of all findings; the evidence record of the same audit holds it too."""

    def as_json(self) -> str:
        """One line of the history."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from an earlier audit."""

    before: Mark
    new: tuple[str, ...]
    """Violations that the earlier audit did not have."""
    fixed: tuple[str, ...]
    """Violations of the earlier audit that are gone."""


def mark_of(result: AuditResult, *, at: str, commit: str | None, places: Sequence[str]) -> Mark:
    """The figures of `result`."""
    frameworks: dict[str, Counter[str]] = {}
    for row in result.coverage:
        frameworks.setdefault(row.control.framework, Counter())[row.standing.value] += 1
    return Mark(
        at=at,
        commit=commit,
        profile=result.profile.name,
        places=tuple(places),
        counts={status.value: count for status, count in result.counts().items()},
        mandatory=len(result.blocking),
        frameworks={name: dict(sorted(counts.items())) for name, counts in sorted(frameworks.items())},
        controls={row.control.name: row.standing.value for row in result.coverage if row.standing not in UNJUDGED},
        failed=tuple(sorted({_name(one) for one in result.findings if one.status is Status.FAILED})),
        digest=digest_of(result.findings),
    )


def digest_of(findings: Sequence[Finding]) -> str:
    """``sha256:…`` of findings in their order."""
    rows = [[one.rule, one.urn, one.status.value, one.severity.value, one.message] for one in findings]
    return f"sha256:{hashlib.sha256(json.dumps(rows).encode()).hexdigest()}"


def _name(finding: Finding) -> str:
    return f"{finding.rule} {finding.urn}"


def read_mark(line: str) -> Mark:
    """The mark in one line of a history. ValueError when it is none."""
    try:
        data: dict[str, Any] = json.loads(line)
        return Mark(**{**data, **{name: tuple(data[name]) for name in ("places", "failed")}})
    except (TypeError, KeyError, AttributeError) as problem:
        raise ValueError(f"it is no audit: {problem}") from problem


def change(before: Mark, after: Mark) -> Change:
    """What is new and what is fixed in `after`."""
    old, new = set(before.failed), set(after.failed)
    return Change(before, tuple(sorted(new - old)), tuple(sorted(old - new)))
