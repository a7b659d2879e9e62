"""How machines are bought: on demand, spot, quotas and placement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View

FAST_GBPS = 400
"""Our line: from here on a pool is for jobs over several nodes."""

RUN_INSTANCES_BUCKET = 1000

SPREAD_LIMIT = 7


@rule("RW-CAP-001")
def range_is_a_range(view: View) -> Iterator[Fault]:
    """The largest number of nodes is not below the smallest.

    Source: AWS ParallelCluster, ComputeResourceSizeValidator
    """
    for name, pool in view.spec.pools.items():
        if pool.nodes.max < pool.nodes.min:
            summary = f"max is {pool.nodes.max}, min is {pool.nodes.min}"
            yield Fault(("pools", name, "nodes"), summary, "make max at least min")


@rule("RW-CAP-005")
def capacity_kind_exists(view: View) -> Iterator[Fault]:
    """The machine can be bought that way.

    trn2u is not sold as spot, g6e not in capacity blocks, p6e-gb200 only in blocks of whole UltraServers.

    Source: AWS ParallelCluster, CapacityTypeValidator; DescribeInstanceTypes, SupportedUsageClasses
    """
    for pool in view.pools:
        kinds = pool.machine.capacity_kinds
        if kinds and pool.spec.capacity.kind not in kinds:
            summary = f"{pool.machine.name} is not sold as {pool.spec.capacity.kind}, only as {', '.join(kinds)}"
            yield Fault(pool.path("capacity"), summary, f"use {kinds[0]}")


@rule("RW-CAP-015", Severity.WARNING)
def training_is_not_on_spot(view: View) -> Iterator[Fault]:
    """Pools for jobs over several EFA nodes are not on spot.

    One reclaimed node ends the job on all of them; spot capacity for large GPU types is rare besides.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-interruptions.html
    """
    for pool in view.efa_pools:
        if pool.spec.capacity.kind == "spot" and pool.most > 1 and pool.machine.efa_gbps >= FAST_GBPS:
            summary = f"{pool.most} nodes of {pool.machine.name} on spot end together when one is reclaimed"
            yield Fault(pool.path("capacity"), summary, "use a reservation or a block, and checkpoints")


@rule("RW-CAP-016")
def head_is_not_on_spot(view: View) -> Iterator[Fault]:
    """Head, login and storage nodes are not on spot.

    The scheduler's state and everyone's sessions go away with two minutes' notice.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-interruptions.html
    """
    for pool in view.pools:
        if pool.spec.capacity.kind == "spot" and pool.spec.role in {"control", "login", "storage"}:
            yield Fault(pool.path("capacity"), f"role {pool.spec.role} on spot", "use on-demand")


@rule("RW-CAP-017")
def head_is_fixed(view: View) -> Iterator[Fault]:
    """Head and login nodes have a fixed number.

    They are known by address; an automatic group would take the scheduler away.

    Source: https://github.com/aws/aws-parallelcluster/issues/6339 (a replaced head node wedges the cluster)
    """
    for name, pool in view.spec.pools.items():
        if pool.role in {"control", "login"} and pool.nodes.min != pool.nodes.max:
            summary = f"role {pool.role} with {pool.nodes.min} to {pool.nodes.max} nodes"
            yield Fault(("pools", name, "nodes"), summary, f"write nodes: {pool.nodes.max}")


@rule("RW-CAP-018")
def spot_price_belongs_to_spot(view: View) -> Iterator[Fault]:
    """A highest price is given for spot only.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotMarketOptions.html
    """
    for name, pool in view.spec.pools.items():
        if pool.capacity.max_usd_per_hour is not None and pool.capacity.kind != "spot":
            summary = f"max_usd_per_hour has no meaning for {pool.capacity.kind}"
            yield Fault(("pools", name, "capacity", "max_usd_per_hour"), summary, "remove it, or use kind: spot")


@rule("RW-CAP-019")
def local_zone_is_opened(view: View) -> Iterator[Fault]:
    """Machines that live in local zones have the account's opt-in.

    UltraServers are in local zones; without the opt-in the zone does not even show.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html (UltraServers)
    """
    opted = getattr(view.spec.target, "local_zones_opted_in", True)
    for pool in view.pools:
        if pool.machine.local_zones_only and not opted:
            summary = f"{pool.machine.name} is sold in local zones only, and local_zones_opted_in is false"
            yield Fault(pool.path("machine"), summary, "opt in to the zone, then set target.local_zones_opted_in: true")


@rule("RW-CAP-020")
def ultraservers_are_whole(view: View) -> Iterator[Fault]:
    """Nodes of an UltraServer or an NVL72 rack are bought whole.

    The NVLink domain is sold as one unit (18 nodes of GB200, 4 of trn2u).

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ultraserver.html
    """
    for pool in view.pools:
        unit = pool.machine.ultraserver_nodes or (pool.machine.nvlink_domain_nodes if view.on_prem else 0)
        if unit > 1 and pool.most % unit:
            summary = f"{pool.most} nodes of {pool.machine.name} are not whole units of {unit}"
            yield Fault(pool.path("nodes"), summary, f"use a multiple of {unit}")


@rule("RW-CAP-021")
def alternatives_have_equal_gpus(view: View) -> Iterator[Fault]:
    """Alternatives have the same number of GPUs and the same GPU.

    The scheduler counts one kind of node in a pool; a job that asks for 8 GPUs never starts on a node with 4.

    Source: AWS ParallelCluster, InstancesAcceleratorsValidator
    """
    for pool in view.pools:
        for index, name in enumerate(pool.spec.alternatives):
            other = view.catalog.machines.get(name)
            if other and (other.gpus, other.gpu_model) != (pool.machine.gpus, pool.machine.gpu_model):
                theirs, ours = f"{other.gpus} x {other.gpu_model}", f"{pool.machine.gpus} x {pool.machine.gpu_model}"
                summary = f"'{name}' has {theirs}, {pool.machine.name} has {ours}"
                yield Fault(pool.path("alternatives", index), summary, "list machines with equal GPUs")


@rule("RW-CAP-022")
def alternatives_have_equal_processors(view: View) -> Iterator[Fault]:
    """Alternatives have the same architecture and number of vCPUs.

    One image and one Slurm node line serve all machines of a pool; a node with fewer CPUs than configured is drained.

    Source: AWS ParallelCluster, InstancesCPUValidator; InstanceArchitectureCompatibilityValidator
    """
    for pool in view.pools:
        for index, name in enumerate(pool.spec.alternatives):
            other = view.catalog.machines.get(name)
            if other and (other.vcpus, other.architecture) != (pool.machine.vcpus, pool.machine.architecture):
                ours = f"{pool.machine.vcpus} ({pool.machine.architecture})"
                summary = f"'{name}' has {other.vcpus} vCPUs ({other.architecture}), {pool.machine.name} has {ours}"
                yield Fault(pool.path("alternatives", index), summary, "list machines with equal processors")


@rule("RW-CAP-023")
def quota_is_large_enough(view: View) -> Iterator[Fault]:
    """The account's vCPU quota holds every pool at its largest.

    A fresh account has 0 to 768 vCPUs of class P; 64 nodes of p5 need 12,288. The answer to a request takes days.

    Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
    """
    quotas = getattr(view.spec.target, "quotas", {})
    for name, needed in sorted(_quota_needs(view).items()):
        if name in quotas and needed > quotas[name]:
            summary = f"quota '{name}' is {quotas[name]} vCPUs, the pools need {needed}"
            yield Fault(("target", "quotas", name), summary, "request an increase in Service Quotas")


def _quota_needs(view: View) -> Counter[str]:
    """VCPUs by quota class; capacity blocks do not count against a quota."""
    needs: Counter[str] = Counter()
    for pool in view.pools:
        if pool.machine.quota_class and pool.spec.capacity.kind != "block":
            needs[pool.machine.quota_class] += pool.machine.vcpus * pool.most
    return needs


@rule("RW-CAP-024", Severity.INFO)
def quota_is_known(view: View) -> Iterator[Fault]:
    """The account's vCPU quotas for accelerators are written in the spec.

    What is not written is not checked offline.

    Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
    """
    if view.spec.target.kind != "aws":
        return
    for name, needed in sorted(_quota_needs(view).items()):
        if name != "Standard" and name not in view.spec.target.quotas:
            summary = f"quota '{name}' is not written; the pools need {needed} vCPUs"
            yield Fault(("target",), summary, "look it up in Service Quotas, or run check --online")


@rule("RW-CAP-025")
def placement_exists(view: View) -> Iterator[Fault]:
    """The machine can be in the placement group that is asked for.

    Source: AWS ParallelCluster, InstanceTypePlacementGroupValidator; DescribeInstanceTypes, SupportedStrategies
    """
    for pool in view.pools:
        wanted, known = pool.spec.placement, pool.machine.placement
        if view.on_aws and wanted in {"cluster", "spread"} and wanted not in known:
            summary = f"{pool.machine.name} cannot be in a {wanted} placement group"
            yield Fault(pool.path("placement"), summary, "write placement: none")


@rule("RW-CAP-026")
def spread_group_is_small(view: View) -> Iterator[Fault]:
    """A spread placement group has at most seven nodes in a zone.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html#placement-groups-spread
    """
    for pool in view.pools:
        if pool.spec.placement == "spread" and pool.most > SPREAD_LIMIT:
            summary = f"{pool.most} nodes in a spread group, the limit is {SPREAD_LIMIT} in a zone"
            yield Fault(pool.path("placement"), summary, "write placement: none")


@rule("RW-CAP-027", Severity.WARNING)
def start_is_not_throttled(view: View) -> Iterator[Fault]:
    """A pool does not start more than 1,000 nodes at a time.

    RunInstances has a bucket of 1,000 instances that refills by 2 a second; beyond it launches fail as if capacity
    were lacking, and nodes were parked for ten minutes.

    Source: https://github.com/aws/aws-parallelcluster-node/issues/734;
    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
    """
    for pool in view.pools:
        if view.on_aws and pool.most > RUN_INSTANCES_BUCKET:
            wait = (pool.most - RUN_INSTANCES_BUCKET) // 2
            summary = f"{pool.most} nodes at once exceed the bucket of {RUN_INSTANCES_BUCKET}; the rest takes {wait} s"
            yield Fault(pool.path("nodes"), summary, "ask for a higher API limit, or split the pool")


@rule("RW-CAP-031", Severity.WARNING)
def cluster_group_has_one_type(view: View) -> Iterator[Fault]:
    """A cluster placement group holds one instance type.

    Several types in one group raise the chance of an insufficient-capacity error.

    Source: AWS ParallelCluster, InstancesNetworkingValidator;
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html
    """
    for pool in view.pools:
        if pool.spec.placement == "cluster" and pool.spec.alternatives:
            summary = f"{1 + len(pool.spec.alternatives)} instance types in one cluster placement group"
            yield Fault(pool.path("alternatives"), summary, "remove the alternatives")
