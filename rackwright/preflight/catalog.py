"""What the spec names must be known."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.catalog.load import nearest
from rackwright.preflight.rule import Fault, rule
from rackwright.preflight.view import View


@rule("RW-CAT-001")
def machine_is_known(view: View) -> Iterator[Fault]:
    """Every machine is in the catalog.

    Without its facts no layout, address plan, version or price can be worked out.

    Source: AWS ParallelCluster, InstanceTypeValidator; https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
    """
    for name, pool in view.spec.pools.items():
        for path, machine in (
            (("pools", name, "machine"), pool.machine),
            *((("pools", name, "alternatives", i), m) for i, m in enumerate(pool.alternatives)),
        ):
            if machine not in view.catalog.machines:
                near = nearest(machine, view.catalog.machines)
                hint = f"did you mean '{near}'?" if near else "'./rw catalog list' shows what exists"
                yield Fault(path, f"the catalog has no machine '{machine}'", hint)
