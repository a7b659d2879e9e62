"""Nothing that was locked is past its end.

Requirement: no locked release is of a line that has ended, or that ends within 30 days.
Why it matters: after its end a line gets no fixes; the next hole stays.
What it looks at: products and releases of the lock, and the ends in the catalog.
Known limits: lines without a published end pass; some ends are estimates, which the catalog says. What a distribution
packages it mends itself, for as long as it lives.
Fix: lock a newer line: `./rw lock --upgrade`.
Sources: vendors' life cycle pages (links in `rackwright/catalog/data/software.yaml`)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.floors import end_of_line
from policies.reading import of_type
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.stack import indexed

SOON = dt.timedelta(days=30)


def _find(software: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    version = software.value("version", "")
    if not isinstance(version, str) or _is_mended_by_the_distribution(version, resources):
        return
    end = end_of_line(software.name, version)
    today = indexed(resources).today
    if end is not None and end < today:
        yield f"the line of {software.name} {version} ended on {end.isoformat()}"
    elif end is not None and end < today + SOON:
        yield f"the line of {software.name} {version} ends on {end.isoformat()}, in {(end - today).days} days"


def _is_mended_by_the_distribution(version: str, resources: Sequence[Resource]) -> bool:
    packages = of_type(resources, "lock:package")
    return any(
        package.value("source") == "distribution" and str(package.value("version", "")).startswith(f"{version}-")
        for package in packages
    )


RULE = Rule(
    id="RW-PLCK-001",
    title="Nothing that was locked is past its end",
    severity=Severity.HIGH,
    applies_to=frozenset({"lock:software"}),
    controls=cite("patching"),
    fix="lock a newer line",
    code="./rw lock <stack> --upgrade",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
