"""The GPU stack is not upgraded behind the scheduler's back.

Requirement: packages of the driver, the fabric manager and the container toolkit are held at their locked version.
Why it matters: an unattended upgrade of the driver under running jobs breaks them, and half a pool on another version
breaks collectives.
What it looks at: packages of the lock whose role is `gpu_driver` or `container_runtime` and whose name is NVIDIA's.
Known limits: the kernel is held by its own package list.
Fix: run ``./rw lock``, which marks them as held.
Sources: NVIDIA Data Center Drivers documentation, "Package manager installation" (version pinning).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true
from policies.rule import Enforcement, Resource, Rule, Severity

ROLES = frozenset({"gpu_driver", "container_runtime", "fabric_manager"})
NVIDIA = ("nvidia-", "libnvidia-", "cuda-drivers", "datacenter-gpu-manager")


def _find(package: Resource, _: Sequence[Resource]) -> Iterator[str]:
    role = package.value("role", "")
    ours = isinstance(role, str) and role in ROLES and package.name.startswith(NVIDIA)
    if ours and not is_true(package.value("held")):
        yield f"{package.name} is not held at its version"


RULE = Rule(
    id="RW-PIMG-003",
    title="The GPU stack is not upgraded behind the scheduler's back",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"lock:package"}),
    controls=cite("secure-configuration"),
    fix="hold the package",
    code="held: true   # ./rw lock <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
