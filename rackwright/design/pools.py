"""One pool of the spec -> one pool of the design: machine facts, interfaces, place, roles."""

from __future__ import annotations

from dataclasses import dataclass

from rackwright.catalog import Catalog, Machine
from rackwright.design import idle
from rackwright.design.gpu_roles import gpu_roles, without_unwanted
from rackwright.design.host_roles import host_roles
from rackwright.design.kubernetes import managed_pools
from rackwright.design.model import Capacity, Nic, Pool, Subnet
from rackwright.design.names import FIRST_FIXED_OFFSET, node_addresses
from rackwright.design.needs import tier_of, zone_of_pool
from rackwright.design.node_software import gpu_settings
from rackwright.design.scheduling import under_slurm
from rackwright.fabric.efa import NicSlot, addresses_per_node, nic_layout
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.pools import PoolSpec

GPU_ROOT_GIB = 300
"""Training containers are tens of GB each. Source: aws-samples awsome-distributed-training, add-cng RootVolumeSize."""

ROOT_GIB = 100
"""Our choice for nodes without GPUs."""

_SLURM_ROLES = {
    "control": ("base", "munge", "slurm_controller", "node_exporter"),
    "login": ("base", "munge", "slurm_login", "node_exporter"),
    "cpu": ("base", "munge", "slurm_node", "node_exporter"),
    "storage": ("base", "node_exporter"),
    "gpu": (
        *("base", "gpu_driver", "cuda", "container_runtime", "ngc"),
        *("munge", "slurm_node", "node_exporter"),
    ),
}
_PLAIN_ROLES = {
    role: tuple(step for step in roles if step not in {"munge", "slurm_controller", "slurm_login", "slurm_node"})
    for role, roles in _SLURM_ROLES.items()
}


@dataclass(frozen=True)
class PoolPlan:
    """A pool with what must be known before subnets can be cut."""

    name: str
    wanted: PoolSpec
    machine: Machine
    slots: tuple[NicSlot, ...]

    @property
    def addresses(self) -> int:
        """Addresses of one node."""
        return addresses_per_node(self.slots)


def plan_pools(spec: ClusterSpec, catalog: Catalog) -> list[PoolPlan]:
    """Machine and interfaces of every pool, in the order of the spec."""
    return [_plan(spec, name, pool, catalog) for name, pool in spec.pools.items()]


def uses_efa(pool: PoolSpec, machine: Machine) -> bool:
    """Whether the nodes of `pool` get EFA: as asked, or for GPU pools wherever the machine has it."""
    if pool.efa is not None:
        return pool.efa
    return machine.efa and pool.role == "gpu"


def _plan(spec: ClusterSpec, name: str, pool: PoolSpec, catalog: Catalog) -> PoolPlan:
    machine = catalog.machine(pool.machine)
    if machine.kind == "system" or spec.target.kind == "on-prem":
        return PoolPlan(name, pool, machine, (NicSlot(0, 0, "interface"),))
    if pool.nics:
        return PoolPlan(name, pool, machine, tuple(NicSlot(nic.card, nic.device, nic.type) for nic in pool.nics))
    count = pool.efa_interfaces if uses_efa(pool, machine) else 0
    return PoolPlan(name, pool, machine, nic_layout(machine, pool.nic_layout, efa_interfaces=count))


def finish_pool(spec: ClusterSpec, plan: PoolPlan, subnet: Subnet, catalog: Catalog, fixed_from: int) -> Pool:
    """The pool of the design. `fixed_from` is how many fixed addresses of `subnet` are taken already."""
    pool, machine = plan.wanted, plan.machine
    gpu = catalog.gpu_of(machine)
    region = getattr(spec.target, "region", None)
    price = catalog.price(pool.machine, region) if region else None
    efa = sum(slot.interface_type != "interface" for slot in plan.slots)
    return Pool(
        name=plan.name,
        role=pool.role,
        machine=pool.machine,
        alternatives=pool.alternatives,
        min_nodes=pool.nodes.min,
        max_nodes=pool.nodes.max,
        subnet=subnet.name,
        architecture=machine.architecture,
        vcpus=_processors(pool, machine),
        memory_gib=least_memory(catalog, pool),
        gpus=machine.gpus,
        gpu_model=machine.gpu_model,
        gres_type=gpu.gres_type if gpu else None,
        nvswitch=machine.nvswitch != "none",
        nics=tuple(Nic(**slot._asdict()) for slot in plan.slots),
        addresses_per_node=plan.addresses,
        efa_gbps=machine.efa_gbps * efa / len(machine.efa_cards) if efa else 0.0,
        placement=pool.placement or default_placement(pool, machine, efa),
        placement_group=_existing_group(pool),
        capacity=_capacity(pool),
        root_volume_gib=pool.root_volume or (GPU_ROOT_GIB if machine.gpus else ROOT_GIB),
        root_volume_type=pool.root_volume_type,
        volume_key=pool.key,
        one_thread_cores=_one_thread_cores(pool, machine),
        security_groups=pool.security_groups,
        tags=dict(sorted(pool.tags.items())),
        nvme_devices=machine.nvme_devices,
        nvme_gb=machine.nvme_gb,
        addresses=_fixed(plan, subnet, fixed_from),
        nic_layout=pool.nic_layout,
        mig=pool.mig_layout,
        gpu_settings=gpu_settings(spec, pool),
        nvlink_domain_nodes=machine.nvlink_domain_nodes,
        public_ip=pool.public_ip,
        encrypted=pool.encrypted,
        imds_hops=pool.imds_hops,
        ami=pool.ami,
        environment=dict(sorted(pool.environment.items())),
        pods_per_node=pool.pods_per_node,
        ansible_roles=_all_roles(spec, plan),
        usd_per_hour=price.usd if price else None,
        watts=machine.watts or _like(machine, catalog),
        watts_of=None if machine.watts else machine.like,
    )


def least_memory(catalog: Catalog, pool: PoolSpec) -> float:
    """GiB that every node of `pool` has, whichever machine it is: Slurm drains a node with less than it expects."""
    return min(catalog.machine(name).memory_gib for name in (pool.machine, *pool.alternatives))


def _capacity(pool: PoolSpec) -> Capacity:
    wanted = pool.capacity
    return Capacity(
        kind=wanted.kind,
        reservation_id=wanted.reservation,
        reservation_group=wanted.reservation_group,
        max_usd_per_hour=wanted.max_usd_per_hour,
    )


def _one_thread_cores(pool: PoolSpec, machine: Machine) -> int | None:
    """Cores where the second thread of each is to be off; None leaves them as sold (Graviton has one thread anyway)."""
    if pool.hyper_threading or machine.kind == "system" or machine.architecture == "arm64":
        return None
    return machine.cores or machine.vcpus // 2


def _processors(pool: PoolSpec, machine: Machine) -> int:
    return _one_thread_cores(pool, machine) or machine.vcpus


def _existing_group(pool: PoolSpec) -> str | None:
    """Name of the placement group that the reservation was made in; launches name a group, not its ARN."""
    arn = pool.capacity.placement_group
    return arn.rpartition("/")[2] if arn and pool.placement != "none" else None


def default_placement(pool: PoolSpec, machine: Machine, efa_interfaces: int) -> str:
    """`cluster` where nodes talk over EFA, and where a reservation was made in a group.

    A capacity block is placed already and takes no group; any other reservation has no capacity inside a group that it
    was not made in.
    """
    if pool.capacity.kind == "reservation":
        return "cluster" if pool.capacity.placement_group else "none"
    together = efa_interfaces and pool.nodes.max > 1 and pool.capacity.kind != "block"
    return "cluster" if together and "cluster" in machine.placement else "none"


def _all_roles(spec: ClusterSpec, plan: PoolPlan) -> tuple[str, ...]:
    """Ansible roles of a pool; none where EKS makes the nodes from its own image and keeps them."""
    if plan.name in managed_pools(spec):
        return ()
    slurm = under_slurm(spec, plan.name)
    efa = any(slot.interface_type != "interface" for slot in plan.slots)
    host = host_roles(spec, plan.name, plan.machine, efa=efa)
    gpu = gpu_roles(spec, plan.wanted, plan.machine, slurm=slurm)
    watched = (idle.ROLE,) if idle.reports_gpus(spec, plan.name, plan.wanted, plan.machine) else ()
    return without_unwanted(spec, dict.fromkeys((*roles_of(spec, plan.name), *host, *gpu, *watched)))


def roles_of(spec: ClusterSpec, pool: str) -> tuple[str, ...]:
    """Ansible roles of a pool's nodes by what they do under their scheduler."""
    role = spec.pools[pool].role
    return _SLURM_ROLES[role] if under_slurm(spec, pool) else _PLAIN_ROLES[role]


def subnet_of(spec: ClusterSpec, pool: str) -> str:
    """Name of the subnet that a pool lives in."""
    return f"{tier_of(spec, pool)}-{zone_of_pool(spec, pool)}"


def has_fixed_addresses(spec: ClusterSpec, pool: str) -> bool:
    """Control and login nodes are known by address, and so is every node of a site of one's own."""
    return spec.target.kind == "on-prem" or spec.pools[pool].role in {"control", "login"}


def _fixed(plan: PoolPlan, subnet: Subnet, fixed_from: int) -> tuple[str, ...]:
    if fixed_from < 0:
        return ()
    return node_addresses(subnet.cidr, FIRST_FIXED_OFFSET + fixed_from, plan.wanted.nodes.max)


def _like(machine: Machine, catalog: Catalog) -> float | None:
    return catalog.machines[machine.like].watts if machine.like else None
