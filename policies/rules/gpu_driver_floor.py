"""The driver that runs has no known holes.

Requirement: the running driver is at or above the first safe version of its branch.
Why it matters: a hole in the driver is a way from a container to the kernel, and from one tenant's GPU memory to
another's.
What it looks at: version of the running driver, and the catalog's bulletins; the lock is judged by RW-PIMG-004.
Known limits: knows the bulletins up to the day the catalog was read; a branch that no bulletin speaks about passes.
Fix: lock a safe version and roll it out: `./rw lock --upgrade`, `./rw upgrade`.
Sources: NVIDIA Product Security (bulletin numbers in `rackwright/catalog/data/security.yaml`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.floors import older_than_safe
from policies.reading import known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(gpus: Resource, _: Sequence[Resource]) -> Iterator[str]:
    yield from older_than_safe("driver", known(gpus, "driver"))


RULE = Rule(
    id="RW-PGPU-001",
    title="The driver that runs has no known holes",
    severity=Severity.CRITICAL,
    applies_to=frozenset({"host:gpus"}),
    controls=cite("patching", "tenant-isolation"),
    fix="upgrade the driver",
    code="./rw lock <stack> --upgrade && ./rw upgrade <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
