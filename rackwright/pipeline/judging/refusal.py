"""What a mandatory policy finding does to a command: it ends it, with the way out."""

from __future__ import annotations

from policies.audit import AuditResult
from rackwright.diagnostics import PolicyRefused


def refuse_violations(result: AuditResult, where: str, most: int = 5) -> None:
    """Raise `PolicyRefused` when a mandatory rule failed; it names the fix of each rule, `most` of them."""
    refused = result.blocking
    if not refused:
        return
    told = list(dict.fromkeys(f"{item.rule}: {item.fix}" for item in refused))
    more = f"; and {len(told) - most} more rules" if len(told) > most else ""
    raise PolicyRefused(
        f"{len(refused)} mandatory policy findings: {refused[0].urn.rpartition('::')[2]}: {refused[0].message}",
        where=where,
        hint="; ".join(told[:most]) + more,
    )
