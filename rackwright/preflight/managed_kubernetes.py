"""Kubernetes that AWS runs: what a control plane and its add-ons need from the spec."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.design.kubernetes import managed_pools
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View

LEAST_ZONES = 2


@rule("RW-K8S-028")
def control_plane_spans_zones(view: View) -> Iterator[Fault]:
    """EKS has subnets in two zones or more.

    The control plane puts its interfaces into at least two; nodes may all be in one.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    """
    zones = getattr(view.spec.target, "zone_ids", ())
    if managed_pools(view.spec) and len(set(zones)) < LEAST_ZONES:
        yield Fault(("target", "zone_ids"), f"{len(set(zones))} zone, EKS needs {LEAST_ZONES}", "add another zone")


@rule("RW-K8S-029")
def add_ons_have_a_node(view: View) -> Iterator[Fault]:
    """One pool of EKS has a node at all times that takes any pod.

    DNS and the storage drivers tolerate no taint of ours; without such a node they stay unhealthy, and so does
    everything that asks them.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/managing-coredns.html
    """
    pools = {name: view.spec.pools[name] for name in managed_pools(view.spec)}
    keeps_away = {name: any(not taint.endswith(":PreferNoSchedule") for taint in pools[name].taints) for name in pools}
    if pools and not any(pool.nodes.min and not keeps_away[name] for name, pool in pools.items()):
        summary = "no pool of Kubernetes has a node without taints at all times"
        yield Fault(("pools",), summary, "add a small pool: {role: cpu, machine: m7i.2xlarge, nodes: 2}")


@rule("RW-K8S-030", Severity.INFO)
def image_brings_its_driver(view: View) -> Iterator[Fault]:
    """The driver of EKS's own image is EKS's choice.

    Pools that name no image of their own start from Amazon Linux 2023 with the driver that AWS put into it; the driver
    of the spec is not installed over it.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-optimized-ami.html
    """
    managed = managed_pools(view.spec)
    for pool in view.nvidia_pools:
        if pool.name in managed and pool.spec.ami is None and "driver" in view.spec.software.model_fields_set:
            summary = f"software.driver does not reach pool '{pool.name}': EKS's image brings its own"
            yield Fault(pool.path("machine"), summary, "name an image with your driver: ami")
