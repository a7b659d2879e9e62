"""The operating system still gets fixes.

Requirement: the distribution is one that still gets security updates.
Why it matters: after the end of support holes stay open for good.
What it looks at: the release, against the catalog's date.
Known limits: knows Debian releases of the catalog; another distribution is not judged.
Fix: upgrade the release: `./rw lock --upgrade`.
Sources: https://www.debian.org/releases/ and https://wiki.debian.org/LTS (read 2026-11-21)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.stack import indexed

ENDS = {
    ("debian", "10"): dt.date(2022, 9, 10),
    ("debian", "11"): dt.date(2024, 8, 14),
    ("debian", "12"): dt.date(2026, 6, 10),
    ("debian", "13"): dt.date(2028, 8, 9),
    ("ubuntu", "20.04"): dt.date(2025, 5, 29),
    ("ubuntu", "22.04"): dt.date(2027, 4, 1),
    ("ubuntu", "24.04"): dt.date(2029, 4, 1),
}
"""Release -> last day of regular security support."""


def _find(host: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    release = str(known(host, "system", "id")), str(known(host, "system", "version"))
    end = ENDS.get(release)
    if end is not None and end < indexed(resources).today:
        yield f"support ended on {end.isoformat()} for {' '.join(release)}"


RULE = Rule(
    id="RW-PHST-042",
    title="The operating system still gets fixes",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:machine"}),
    controls=cite("patching"),
    fix="upgrade the release",
    code="./rw lock <stack> --upgrade",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
