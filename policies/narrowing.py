"""An audit seen through some frameworks only. What was judged stays judged; less is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from policies.audit import AuditResult, coverage_of
from policies.profile import FRAMEWORKS, Profile
from policies.rule import Rule


def restricted(result: AuditResult, rules: Sequence[Rule], words: Iterable[str]) -> AuditResult:
    """`result` with the findings and controls of the frameworks that `words` (of `compliance:`) stand for.

    Whether a finding is mandatory stays as the stack's own profile says. KeyError for a word that is none.
    """
    names = frozenset().union(*(FRAMEWORKS[word] for word in words))
    findings = tuple(one for one in result.findings if names & {control.partition(":")[0] for control in one.controls})
    seen = Profile(f"{result.profile.name}, seen through {', '.join(sorted(words))}", names)
    return replace(result, profile=seen, findings=findings, coverage=coverage_of(findings, rules, seen))
