"""Fabric manager and driver are of one version.

Requirement: on boards with NVSwitches the fabric manager runs, in exactly the version of the driver.
Why it matters: with another version it does not start the switches, and every job across GPUs fails.
What it looks at: versions of driver and fabric manager.
Known limits: boards of the NVL generation manage the switches outside the node and report none.
Fix: install the fabric manager of the driver's version.
Sources: NVIDIA Fabric Manager User Guide, "Installing Fabric Manager"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import is_true, known
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(gpus: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(known(gpus, "nvswitch")):
        return
    manager = gpus.value("fabricManager")
    if not manager:
        yield "the fabric manager does not run"
    elif manager != known(gpus, "driver"):
        yield f"the fabric manager is {manager}, expected the driver's {known(gpus, 'driver')}"


RULE = Rule(
    id="RW-PGPU-007",
    title="Fabric manager and driver are of one version",
    severity=Severity.HIGH,
    applies_to=frozenset({"host:gpus"}),
    controls=cite("availability"),
    fix="install the fabric manager of the same version",
    code="apt-get install nvidia-fabricmanager-580=580.105.08-1",
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
