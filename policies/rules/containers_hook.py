"""The hook with the known hole does not run.

Requirement: the `enable-cuda-compat` hook is off, or the toolkit is a safe one.
Why it matters: it loads a library out of the image into a process of the host (CVE-2025-23266).
What it looks at: `disable-cuda-compat-lib-hook` and the version of the toolkit.
Known limits: on a safe toolkit the hook does no harm.
Fix: disable it until the toolkit is upgraded.
Sources: NVIDIA bulletin 5659
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.floors import older_than_safe
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(containers: Resource, _: Sequence[Resource]) -> Iterator[str]:
    old = list(older_than_safe("container-toolkit", containers.value("toolkit")))
    if old and is_true(known(containers, "cudaCompatHook")):
        yield "the cuda-compat hook runs on a toolkit with CVE-2025-23266"


RULE = Rule(
    id="RW-PCNT-004",
    title="The hook with the known hole does not run",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"host:containers"}),
    controls=cite("patching"),
    fix="disable the cuda-compat hook",
    code="[features]\ndisable-cuda-compat-lib-hook = true",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
