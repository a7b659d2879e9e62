"""The audit as text for a terminal. Control characters of hostile names are taken out."""

from __future__ import annotations

from collections import Counter

from policies.audit import AuditResult
from policies.rule import Finding, Status


def render_text(result: AuditResult) -> str:
    """What is not passed, the worst first; then one line for each framework, and one for all."""
    shown = [finding for finding in result.findings if finding.status is not Status.PASSED]
    lines = [line for finding in shown for line in _finding(finding)]
    lines += _frameworks(result)
    counts = result.counts()
    total = ", ".join(f"{counts[status]} {status.value}" for status in Status)
    lines.append(f"{total}; {len(result.blocking)} mandatory (profile {result.profile.name})")
    return "\n".join(map(visible, lines)) + "\n"


def visible(text: str) -> str:
    """`text` without characters that a terminal obeys."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _finding(finding: Finding) -> list[str]:
    name = finding.urn.rpartition("::")[2]
    mark = "mandatory" if finding.blocks else finding.status.value
    lines = [f"{mark:<13} {finding.severity.value:<8} {finding.rule}  {name} ({finding.resource_type})"]
    lines.append(f"    {finding.message}")
    if finding.status is Status.FAILED:
        lines.append(f"    fix: {finding.fix}")
    return lines


def _frameworks(result: AuditResult) -> list[str]:
    by_framework: dict[str, Counter[str]] = {}
    for each in result.coverage:
        by_framework.setdefault(each.control.framework, Counter())[each.standing.value] += 1
    return [
        f"{framework}: " + ", ".join(f"{count} {standing}" for standing, count in sorted(counts.items()))
        for framework, counts in sorted(by_framework.items())
    ]
