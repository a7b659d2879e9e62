"""Pools: sets of identical nodes, how they are bought and where they sit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, NonNegativeInt, PositiveInt
from pydantic_core import PydanticCustomError

from rackwright.spec.base import SpecModel
from rackwright.spec.target import ZoneId
from rackwright.units import GiB


class NodeRange(SpecModel):
    """An elastic number of nodes."""

    min: NonNegativeInt = 0
    """Nodes that always run."""
    max: PositiveInt
    """Most nodes that may run."""


def _as_range(raw: object) -> object:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return {"min": raw, "max": raw}
    if isinstance(raw, (dict, NodeRange)):
        return raw
    way_out = "write a whole number (64) or a range ({min: 0, max: 16})"
    raise PydanticCustomError(
        "nodes", "{value} is no number of nodes; {way_out}", {"value": _as_written(raw), "way_out": way_out}
    )


def _as_written(raw: object) -> str:
    return "empty" if raw is None else str(raw).lower() if isinstance(raw, bool) else repr(raw)


Nodes = Annotated[
    NodeRange,
    BeforeValidator(_as_range, json_schema_input_type=PositiveInt | NodeRange),
]
"""A fixed number (``64``) or a range (``{min: 0, max: 16}``)."""


class CapacitySpec(SpecModel):
    """How instances are bought."""

    kind: Literal["on-demand", "spot", "reservation", "block"] = "on-demand"
    """On demand, spot, from a capacity reservation, or from a capacity block."""
    reservation: Annotated[str, Field(pattern=r"^cr-[0-9a-f]{8,17}$", examples=["cr-0123456789abcdef0"])] | None = None
    """Capacity reservation or capacity block."""
    reservation_group: str | None = None
    """Resource group of capacity reservations, by ARN."""
    instances: PositiveInt | None = None
    """Instances that the reservation holds."""
    zone_id: ZoneId | None = None
    """Zone that the reservation is in."""
    starts_on: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-12-01"])
    """First day of a capacity block."""
    days: PositiveInt | None = None
    """Length of a capacity block."""
    placement_group: str | None = None
    """Placement group that the reservation was made in, by ARN."""
    max_usd_per_hour: float | None = Field(None, gt=0)
    """Highest spot price for one node."""


def _as_capacity(raw: object) -> object:
    if isinstance(raw, str):
        return {"kind": raw}
    if isinstance(raw, dict) and "kind" not in raw:
        return _by_reservation(dict(raw))
    return raw


def _by_reservation(raw: dict[str, object]) -> dict[str, object]:
    if "block" in raw:
        return {"kind": "block", "reservation": raw.pop("block"), **raw}
    return {"kind": "reservation", **raw} if "reservation" in raw or "reservation_group" in raw else raw


Capacity = Annotated[
    CapacitySpec,
    BeforeValidator(
        _as_capacity, json_schema_input_type=Literal["on-demand", "spot"] | CapacitySpec | dict[str, object]
    ),
]


class Gpus(SpecModel):
    """How the GPUs of a node are divided."""

    mig: str = "none"
    """MIG layout: ``none``, one profile for all (``3g.40gb``), or counts (``1x3g.40gb+2x2g.20gb``)."""
    vgpu: str | None = None
    """vGPU type (``h100-40c``) when machines are shared by virtual machines."""
    time_slices: PositiveInt = 1
    """Pods or jobs that take turns on one GPU."""
    mps: bool = False
    """Multi-process service."""
    confidential: bool = False
    """Confidential computing mode."""
    ecc: bool = True
    """Memory error correction."""
    power_limit: Annotated[int, Field(ge=50, le=2000)] | None = None
    """Power limit of each GPU of the pool, W; None takes that of the cluster (`power.gpu_limit`)."""
    compute_mode: Literal["default", "exclusive-process", "prohibited"] = "default"
    """Processes that may use one GPU at a time: any number, one, or none."""
    graphics_clock: Annotated[int, Field(ge=100, le=5000)] | None = None
    """Clock that the GPU's processors are held at, MHz; None lets them change."""
    memory_clock: Annotated[int, Field(ge=100, le=20000)] | None = None
    """Clock that the GPU's memory is held at, MHz; None lets it change."""


class NicSpec(SpecModel):
    """One network interface, written out by hand."""

    card: NonNegativeInt
    """Network card."""
    device: NonNegativeInt
    """Device index on the card."""
    type: Literal["interface", "efa", "efa-only"]
    """Kind of interface."""


class PoolSpec(SpecModel):
    """A set of identical nodes."""

    role: Literal["control", "login", "gpu", "cpu", "storage"]
    """What the nodes do."""
    machine: str
    """Catalog name of the machine: ``p5.48xlarge``, ``dgx-h100``."""
    nodes: Nodes
    """How many."""
    alternatives: tuple[str, ...] = ()
    """Other machines that may be taken instead, in order (elastic pools only)."""
    capacity: Capacity = CapacitySpec()
    """How they are bought: ``on-demand``, ``spot``, ``{block: cr-…}``, ``{reservation: cr-…}``."""
    zone_id: ZoneId | None = None
    """Zone; None takes the first of the target."""
    placement: Literal["cluster", "spread", "none"] | None = None
    """Placement group; None takes `cluster` for GPU pools with EFA and `none` otherwise."""
    nic_layout: Literal["ip-optimised", "bandwidth-optimised"] = "ip-optimised"
    """Which network interfaces a node gets."""
    efa: bool | None = None
    """Use EFA; None means wherever the machine has it and the pool has more than one node."""
    efa_interfaces: PositiveInt | None = None
    """EFA interfaces for each node; None takes all of them."""
    nics: tuple[NicSpec, ...] = ()
    """Interfaces written out by hand in place of `nic_layout`; empty takes the layout."""
    security_groups: tuple[Annotated[str, Field(pattern=r"^sg-[0-9a-f]{8,17}$")], ...] = ()
    """Existing security groups that the nodes get as well."""
    public_ip: bool = False
    """Give every node a public address."""
    mig: str = "none"
    """Short for ``gpus.mig``."""
    gpus: Gpus = Gpus()
    """How GPUs are divided."""
    root_volume: GiB | None = None
    """Size of the root volume; None takes 300 GiB on GPU nodes and 100 GiB on others."""
    root_volume_type: Literal["gp3", "io2"] = "gp3"
    """Kind of EBS volume."""
    encrypted: bool = True
    """Root volume encrypted."""
    key: str | None = None
    """KMS key of the volumes, by ARN; None takes the cluster's own."""
    ami: str | None = None
    """Machine image by id; None takes the one in the lock."""
    imds_hops: Annotated[int, Field(ge=1, le=64)] = 1
    """Network hops that an answer of the metadata service may take."""
    pods_per_node: PositiveInt | None = None
    """Kubernetes pods for each node that get an address of the subnet."""
    hyper_threading: bool = True
    """Two threads on each core."""
    tags: Mapping[str, str] = {}
    """Further tags on these nodes."""
    labels: Mapping[str, str] = {}
    """Kubernetes node labels."""
    taints: tuple[str, ...] = ()
    """Kubernetes taints: ``nvidia.com/gpu=present:NoSchedule``."""
    environment: Mapping[str, str] = {}
    """Environment of jobs on these nodes (NCCL_…, FI_…)."""
    max_time: str | None = Field(None, pattern=r"^(\d+-)?\d{1,2}:\d{2}:\d{2}$", examples=["7-00:00:00"])
    """Longest job."""

    @property
    def mig_layout(self) -> str:
        """MIG layout of the pool, from either place."""
        return self.gpus.mig if self.mig == "none" else self.mig
