"""Sessions of people end within a working day.

Requirement: permission sets and roles give sessions of at most twelve hours, eight for permission sets.
Why it matters: a stolen session works until it ends.
What it looks at: `sessionDuration` and `maxSessionDuration`.
Known limits: sessions of services are renewed by themselves.
Fix: shorten them.
Sources: IAM Identity Center User Guide, "Set session duration"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import number
from policies.rule import Enforcement, Resource, Rule, Severity

MOST_HOURS = 8
MOST_ROLE_S = 43200
HOURS = re.compile(r"PT(\d+)H(?:(\d+)M)?")


def _find(holder: Resource, _: Sequence[Resource]) -> Iterator[str]:
    written = holder.value("sessionDuration", "PT1H")
    found = HOURS.fullmatch(str(written))
    hours = int(found.group(1)) + int(found.group(2) or 0) / 60 if found else 0
    if hours > MOST_HOURS:
        yield f"sessions last {written}, expected at most PT{MOST_HOURS}H"
    seconds = number(holder.value("maxSessionDuration", 3600))
    if seconds is None or seconds > MOST_ROLE_S:
        yield f"sessions last {holder.value('maxSessionDuration')!r} s, expected at most {MOST_ROLE_S}"


RULE = Rule(
    id="RW-PIAM-011",
    title="Sessions of people end within a working day",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ssoadmin/permissionSet:PermissionSet", "aws:iam/role:Role"}),
    controls=cite("remote-access", "stale-access"),
    fix="set the session to PT8H",
    code='session_duration="PT8H"',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
