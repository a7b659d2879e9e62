"""The whole spec of one stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, PrivateAttr

from rackwright.spec.base import Name, SpecModel
from rackwright.spec.governance import (
    AccessSpec,
    BackupSpec,
    BudgetSpec,
    DataSpec,
    Framework,
    MonitoringSpec,
    PatchingSpec,
    PowerSpec,
    Waiver,
)
from rackwright.spec.network import FabricSpec, NetworkSpec
from rackwright.spec.places import Path, Places
from rackwright.spec.pools import PoolSpec
from rackwright.spec.scheduler import KubernetesSpec, NoScheduler, SchedulerSpec, Slurm, Split
from rackwright.spec.software import SoftwareSpec
from rackwright.spec.storage import StorageSpec
from rackwright.spec.target import Target


class ClusterSpec(SpecModel):
    """One cluster, as a person wants it (`stacks/<stack>.yaml`)."""

    name: Annotated[Name, Field(examples=["h100-train"])]
    """Name of the cluster; it begins every resource's name."""
    target: Target
    """Where it is built."""
    data: DataSpec
    """What kind of data it holds."""
    compliance: tuple[Framework, ...] = ()
    """Frameworks whose controls are checked."""
    network: NetworkSpec
    """Addresses, ways in and out."""
    fabric: FabricSpec | None = None
    """GPU fabric of a site (on-prem only; EFA on AWS needs none)."""
    pools: Annotated[dict[Name, PoolSpec], Field(min_length=1)]
    """Pools of identical nodes by name."""
    storage: Mapping[Name, StorageSpec] = {}
    """Storages by name."""
    scheduler: SchedulerSpec = NoScheduler(kind="none")
    """What runs jobs."""
    software: SoftwareSpec = SoftwareSpec()
    """What is installed on the nodes."""
    access: AccessSpec = AccessSpec()
    """Who may do what."""
    monitoring: MonitoringSpec = MonitoringSpec()
    """What is watched, and how long records are kept."""
    power: PowerSpec = PowerSpec()
    """Power of the whole cluster."""
    budget: BudgetSpec | None = None
    """Money; None sets no limit."""
    patching: PatchingSpec = PatchingSpec()
    """When and how nodes are changed."""
    backup: BackupSpec = BackupSpec()
    """Copies of what lasts."""
    timezone: str = "UTC"
    """Time zone of the nodes, as in the tz database."""
    tags: Mapping[str, str] = {}
    """Tags on every resource."""
    waivers: tuple[Waiver, ...] = ()
    """Rules that are set aside."""

    _places: Places = PrivateAttr(default_factory=Places)

    def where(self, path: Path) -> str:
        """Place of `path` for a person: ``stacks/x.yaml:12:5 (pools.train.nodes)``."""
        return self._places.where(path)

    def placed(self, places: Places) -> ClusterSpec:
        """This spec, told where its parts were read (once, by the reader)."""
        self._places = places
        return self

    def was_written(self, path: Path) -> bool:
        """Whether the part at `path` stands in the file, and is not a default."""
        return path in self._places.marks

    @property
    def read_from_file(self) -> bool:
        """Whether the places of its parts are known."""
        return bool(self._places.marks)

    @property
    def slurm(self) -> Slurm | None:
        """Slurm's part of the scheduler, wherever it is."""
        match self.scheduler:
            case Slurm():
                return self.scheduler
            case Split():
                return self.scheduler.slurm
        return None

    @property
    def kubernetes(self) -> KubernetesSpec | None:
        """Kubernetes' part of the scheduler, wherever it is."""
        match self.scheduler:
            case KubernetesSpec():
                return self.scheduler
            case Split():
                return self.scheduler.kubernetes
        return None

    def pools_of(self, role: str) -> dict[str, PoolSpec]:
        """Pools with `role`, by name."""
        return {name: pool for name, pool in self.pools.items() if pool.role == role}
