"""Kubernetes that AWS runs: what a control plane and its add-ons need from the spec."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.catalog.load import nearest
from rackwright.catalog.version import version_order
from rackwright.design.kubernetes import managed_pools
from rackwright.preflight.kubernetes import at_kubernetes
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


@rule("RW-K8S-031", Severity.INFO)
def add_ons_are_pinned(view: View) -> Iterator[Fault]:
    """Versions of EKS's add-ons are known before the apply.

    An add-on without a version gets what EKS takes for default on that day, so that two applies may differ. The catalog
    pins those that AWS publishes a table for; `aws eks describe-addon-versions` shows the others.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/managing-vpc-cni.html
    """
    kubernetes = view.design.kubernetes if view.design is not None else None
    loose = [addon.name for addon in kubernetes.addons if addon.version is None] if kubernetes is not None else []
    if kubernetes is not None and loose:
        summary = f"EKS chooses the version of {', '.join(loose)} for Kubernetes {kubernetes.version}"
        hint = f"addons: {{{loose[0]}: v…-eksbuild.…}}, by aws eks describe-addon-versions"
        yield Fault(at_kubernetes(view, "addons"), summary, hint)


@rule("RW-K8S-032")
def named_add_ons_are_installed(view: View) -> Iterator[Fault]:
    """A version is given for add-ons that the cluster has.

    The add-ons follow from network, storage and scheduler; another one would not be installed.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
    """
    wanted = view.spec.kubernetes
    kubernetes = view.design.kubernetes if view.design is not None else None
    mine = [addon.name for addon in kubernetes.addons] if kubernetes is not None else []
    for name in wanted.addons if wanted is not None else ():
        if name not in mine:
            near = nearest(name, mine)
            hint = f"did you mean '{near}'?" if near else f"it has {', '.join(mine) or 'none: EKS does not run it'}"
            yield Fault(at_kubernetes(view, "addons", name), f"the cluster has no add-on '{name}'", hint)


@rule("RW-K8S-033")
def network_add_on_knows_efa_only(view: View) -> Iterator[Fault]:
    """A VPC network add-on that the spec names knows `efa-only` interfaces where nodes have them.

    Older ones take such an interface for one with addresses and fail to start.

    Source: https://github.com/aws/amazon-vpc-cni-k8s/releases/tag/v1.18.5
    """
    kubernetes = view.design.kubernetes if view.design is not None else None
    for addon in kubernetes.addons if kubernetes is not None else ():
        release = (addon.version or "").removeprefix("v").partition("-")[0]
        if addon.at_least and release and version_order(release) < version_order(addon.at_least):
            summary = f"{addon.name} {addon.version} does not know efa-only interfaces, {addon.at_least} does"
            yield Fault(at_kubernetes(view, "addons"), summary, "leave it out: the catalog's version does")
