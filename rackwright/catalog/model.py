"""Facts about machines, GPUs and prices as typed, frozen records; each says where it was read and when."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """A fact of the catalog."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Record):
    """Where a number comes from, so that the next reader can check it."""

    url: Annotated[str, Field(pattern=r"^https://")]
    read_on: dt.date
    via: str | None = None
    """Copy that was read in place of the page itself."""


Architecture = Literal["x86_64", "arm64"]
CapacityKind = Literal["on-demand", "spot", "reservation", "block"]


class Machine(Record):
    """A machine that a pool can be made of: an instance type of AWS, or a system that one buys."""

    name: str
    kind: Literal["aws", "system"]
    architecture: Architecture
    vcpus: int
    """Hardware threads as sold; logical processors on a system."""
    cores: int | None = None
    memory_gib: float
    gpus: int = 0
    """Accelerators in one node."""
    gpu_model: str | None = None
    """Catalog name of the GPU."""
    accelerator: Literal["nvidia", "aws"] | None = None
    """Who makes the accelerators."""
    nvswitch: Literal["none", "nvswitch", "nvlink5-switch", "rack"] = "none"
    """``nvlink5-switch`` needs NVLSM next to the fabric manager; ``rack`` is an NVL72 domain that IMEX serves."""
    nvlink_domain_nodes: int = 1
    """Nodes that share one NVLink domain (18 in an NVL72)."""

    cards: int = 1
    """Network cards."""
    nics_per_card: int = 1
    """Network interfaces that one card carries; device indices are below it."""
    addresses_per_nic: int | None = None
    """IPv4 addresses that one network interface carries (decides how many pods fit)."""
    efa_cards: tuple[int, ...] = ()
    """Cards that get an EFA interface in the recommended layout."""
    efa_max: int = 0
    """Most EFA interfaces."""
    efa_gbps: float = 0.0
    """Fabric bandwidth with all of them, one direction."""
    rdma_write: bool = False
    """EFA can write to the memory of another node (needed by NVSHMEM and fast NCCL)."""
    extra_ena_cards: tuple[int, ...] = ()
    """Cards that carry a second interface in the bandwidth-optimised layout; empty where none is published."""
    ena_gbps: float | None = None
    """Ethernet bandwidth with the ip-optimised layout; None when not known."""
    ena_max_gbps: float | None = None
    """Ethernet bandwidth with the bandwidth-optimised layout."""
    ebs_gbps: float | None = None
    nvme_devices: int = 0
    nvme_gb: float = 0.0
    """Capacity of all local drives together, in GB (10^9)."""
    capacity_kinds: tuple[CapacityKind, ...] = ()
    placement: tuple[Literal["cluster", "spread", "partition"], ...] = ()
    ultraserver_nodes: int = 0
    """Nodes of one UltraServer, which is bought whole; 0 where there is none."""
    local_zones_only: bool = False
    quota_class: str | None = None
    """Family of the vCPU quota: ``Standard``, ``G and VT``, ``P``, ``Trn``."""

    nics: int = 0
    """Fabric ports of a system (rails)."""
    nic_gbps: float = 0.0
    """Speed of one fabric port."""
    fabric: Literal["infiniband", "roce", "either", "none"] = "none"
    watts: float | None = None
    """Most power that one node draws; None when not published."""
    like: str | None = None
    """System of the same board, whose published power stands in where AWS publishes none."""
    rack_units: float | None = None
    weight_kg: float | None = None
    cooling: Literal["air", "liquid"] = "air"
    gpus_per_rack: int | None = None
    """GPUs of a whole rack where the system is sold by the rack."""
    max_branch: int | None = None
    """Last driver branch that supports the machine's GPUs."""
    min_branch: int | None = None
    note: str | None = None
    uncertain: tuple[str, ...] = ()
    """Fields that were not read from `source`."""
    source: Source

    @property
    def efa(self) -> bool:
        """Whether the machine can have EFA."""
        return self.efa_max > 0

    @property
    def family(self) -> str:
        """``p5`` of ``p5.48xlarge``; the name itself for a system."""
        return self.name.split(".", maxsplit=1)[0]


class Host(Record):
    """The host part of a GPU system: what `rackwright.catalog.systems` leaves out."""

    name: str
    vcpus: int
    memory_gib: float
    nvme_devices: int = 0
    nvme_gb: float = 0.0
    uncertain: tuple[str, ...] = ()
    """Fields that were not read from `source`."""
    source: Source


class MigProfile(Record):
    """A MIG instance profile of a GPU."""

    name: str
    """``3g.40gb``."""
    slices: int
    """Compute slices out of seven."""
    memory_slices: int
    """Memory slices out of eight."""
    most: int
    """Instances of this profile that fit one GPU."""


class Gpu(Record):
    """A GPU."""

    name: str
    """``h100-80gb``."""
    title: str
    architecture: Literal["volta", "turing", "ampere", "ada", "hopper", "blackwell"]
    compute_capability: str
    memory_gb: float
    gres_type: str
    """Slurm's name of the type."""
    tdp_w: int
    form: Literal["sxm", "pcie", "superchip"]
    nvlinks: int = 0
    nvlink_gbs: float = 0.0
    """NVLink bandwidth of one GPU, GB/s, both directions together."""
    module: Literal["open", "closed", "either"]
    """Kernel module that drives it."""
    min_branch: int
    """First driver branch that knows it."""
    max_branch: int | None = None
    """Last driver branch that supports it; None while supported."""
    max_cuda: str | None = None
    """Last CUDA release that supports it."""
    min_cuda: str
    """First CUDA release that knows it."""
    mig: tuple[MigProfile, ...] = ()
    vgpu: tuple[str, ...] = ()
    """vGPU types, by size suffix (``80c``)."""
    confidential: bool = False
    """Confidential computing."""
    uncertain: tuple[str, ...] = ()
    """Fields that were not read from `source`."""
    source: Source


class Price(Record):
    """What something costs in US dollars, and when that was read. None where the catalog does not know."""

    item: str
    """Machine, or ``fsx-lustre-…``, ``nat-gateway`` …"""
    region: str
    unit: Literal["hour", "gb-month"]
    usd: float | None
    uncertain: tuple[str, ...] = ()
    """Fields that were not read from the source itself."""
    source: Source
