"""The driver that runs is of a branch that still gets fixes.

Requirement: the branch of the running driver is supported.
Why it matters: a branch at its end gets no fix for the next hole.
What it looks at: branch of the running driver, and its end in the catalog.
Known limits: a branch that the catalog does not know is not judged: that is told.
Fix: lock a newer branch.
Sources: NVIDIA, "Supported Drivers and CUDA Toolkit Versions" (dates in `rackwright/catalog/data/software.yaml`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.floors import end_of_line
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity
from policies.stack import indexed


def _find(gpus: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    version = str(known(gpus, "driver"))
    end = end_of_line("driver", version)
    if end is not None and end < indexed(resources).today:
        yield f"the branch of driver {version} ended on {end.isoformat()}"


RULE = Rule(
    id="RW-PGPU-002",
    title="The driver that runs is of a branch that still gets fixes",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:gpus"}),
    controls=cite("patching"),
    fix="move to a supported branch",
    code="software: {driver: r580-open}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
