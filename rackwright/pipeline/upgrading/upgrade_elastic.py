"""Nodes of elastic pools during an upgrade: Slurm must not stop the one that is drained and being changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from shlex import quote

from rackwright.design.hosts import elastic_hosts
from rackwright.design.model import Design
from rackwright.diagnostics import StepFailed
from rackwright.hostlist import compress
from rackwright.inventory import Inventory
from rackwright.pipeline.upgrading.upgrade_steps import Hands


@contextmanager
def kept_running(hands: Hands, inventory: Inventory, design: Design) -> Iterator[None]:
    """Inside, Slurm stops none of its own nodes for being idle; it starts them as ever.

    Raises `StepFailed` where the controller does not promise it. Source: scontrol(1), SuspendExcNodes (Slurm 23.02 on).
    """
    names, controllers = [host.name for host in elastic_hosts(design)], inventory.in_role("slurm_controller")
    if not names or not controllers:
        yield
        return
    controller, wanted = controllers[0].name, quote(compress(names))
    said = hands.on(controller, f"scontrol update SuspendExcNodes+={wanted}")
    if said.status != 0:
        raise StepFailed(
            f"the controller {controller} does not keep {compress(names)} running: {said.text}",
            hint="see whether slurmctld runs there; then run the same command again",
        )
    try:
        yield
    finally:
        hands.on(controller, f"scontrol update SuspendExcNodes-={wanted}")
