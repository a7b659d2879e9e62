"""What a rule may look at: the spec, the facts about its machines, the lock, and the day. Nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from rackwright.catalog import Catalog, Gpu, Machine
from rackwright.design.cluster import design_cluster
from rackwright.design.model import Design
from rackwright.design.needs import zone_of_pool
from rackwright.design.pools import uses_efa
from rackwright.diagnostics import InputError
from rackwright.lock.model import Lock
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.places import Path
from rackwright.spec.pools import PoolSpec
from rackwright.spec.storage import S3, Efs, FsxLustre

STRICT = ("hipaa", "pci-dss", "nist-800-53", "nist-800-171", "fedramp-moderate", "iso-27001", "soc2", "gdpr", "cis")
"""Frameworks that ask for encryption and proven identity."""

AUDITED = ("hipaa", "sox", "pci-dss", "nist-800-53", "nist-800-171", "fedramp-moderate", "iso-27001", "soc2", "cis")
"""Frameworks that ask for records of who did what."""


@dataclass(frozen=True)
class PoolView:
    """A pool together with the facts about its machine."""

    name: str
    spec: PoolSpec
    machine: Machine
    gpu: Gpu | None
    zone: str

    def path(self, *rest: str | int) -> Path:
        """Path of a part of the pool."""
        return ("pools", self.name, *rest)

    @property
    def efa(self) -> bool:
        """Whether the nodes are meant to have EFA."""
        return uses_efa(self.spec, self.machine)

    @property
    def most(self) -> int:
        """Most nodes of the pool."""
        return self.spec.nodes.max


@dataclass(frozen=True)
class View:
    """Everything that rules see."""

    spec: ClusterSpec
    catalog: Catalog
    lock: Lock | None
    today: dt.date

    @cached_property
    def pools(self) -> tuple[PoolView, ...]:
        """Pools whose machine the catalog knows (RW-CAT-001 names the others)."""
        known = self.catalog.machines
        return tuple(self._pool(name, pool) for name, pool in self.spec.pools.items() if pool.machine in known)

    def _pool(self, name: str, pool: PoolSpec) -> PoolView:
        machine = self.catalog.machines[pool.machine]
        return PoolView(name, pool, machine, self.catalog.gpu_of(machine), zone_of_pool(self.spec, name))

    @cached_property
    def gpu_pools(self) -> tuple[PoolView, ...]:
        """Pools with GPUs or other accelerators."""
        return tuple(pool for pool in self.pools if pool.machine.gpus)

    @cached_property
    def nvidia_pools(self) -> tuple[PoolView, ...]:
        """Pools with NVIDIA GPUs."""
        return tuple(pool for pool in self.pools if pool.machine.accelerator == "nvidia")

    @cached_property
    def efa_pools(self) -> tuple[PoolView, ...]:
        """Pools whose nodes are meant to have EFA."""
        return tuple(pool for pool in self.pools if pool.efa and pool.machine.efa)

    @cached_property
    def design(self) -> Design | None:
        """The design; None when it cannot be made (the reason is a fault of its own)."""
        try:
            return design_cluster(self.spec, self.catalog)
        except InputError:
            return None

    @property
    def on_aws(self) -> bool:
        """Whether AWS's rules hold: on AWS itself and on the local cloud, which plays it."""
        return self.spec.target.kind in {"aws", "local"}

    @property
    def on_prem(self) -> bool:
        """Whether the machines are one's own."""
        return self.spec.target.kind == "on-prem"

    def follows(self, *frameworks: str) -> bool:
        """Whether the spec names one of `frameworks`."""
        return any(framework in self.spec.compliance for framework in frameworks)

    @property
    def sensitive(self) -> bool:
        """Whether the cluster holds personal, health or financial data."""
        return self.spec.data.classification in {"pii", "phi", "financial"}

    @cached_property
    def lustre(self) -> tuple[tuple[str, FsxLustre], ...]:
        """FSx for Lustre file systems with their names."""
        return tuple((name, item) for name, item in self.spec.storage.items() if isinstance(item, FsxLustre))

    @cached_property
    def efs(self) -> tuple[tuple[str, Efs], ...]:
        """EFS file systems with their names."""
        return tuple((name, item) for name, item in self.spec.storage.items() if isinstance(item, Efs))

    @cached_property
    def buckets(self) -> tuple[tuple[str, S3], ...]:
        """S3 buckets with their names."""
        return tuple((name, item) for name, item in self.spec.storage.items() if isinstance(item, S3))

    @property
    def strict(self) -> str:
        """Why encryption and identity are not optional here; empty when they are."""
        names = [name for name in STRICT if self.follows(name)]
        return f"{self.spec.data.classification} data" if self.sensitive else ", ".join(names)

    @property
    def audited(self) -> str:
        """Frameworks of the spec that ask for records; empty when there are none."""
        return ", ".join(name for name in AUDITED if self.follows(name))

    @property
    def loads_driver(self) -> bool:
        """Whether a driver is really loaded somewhere; the local cloud has no GPU to load it for."""
        return self.spec.target.kind != "local" and bool(self.nvidia_pools)
