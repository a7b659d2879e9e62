"""Kubernetes as a part of the design: control plane, node groups and add-ons, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rackwright.design.governance import DataKey


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Taint(_Part):
    """Keeps pods away that do not tolerate it."""

    key: str
    value: str
    effect: Literal["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"]
    """As the EKS API writes it."""


class NodeGroup(_Part):
    """Nodes of one pool, as EKS manages them."""

    pool: str
    capacity: Literal["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"]
    image: str
    """EKS's type of image (``AL2023_x86_64_NVIDIA``); ``CUSTOM`` where the pool names its own."""
    labels: Mapping[str, str] = {}
    taints: tuple[Taint, ...] = ()
    max_unavailable: int = 1
    """Nodes that an update may take at a time."""
    max_pods: int | None = None
    """None takes what the interfaces of the machine carry."""
    local_storage: bool = False
    """Local NVMe drives as one volume for containers and pods."""


class Addon(_Part):
    """An add-on that EKS installs and keeps."""

    name: str
    version: str | None = None
    """None takes EKS's default for the cluster's release: the catalog knows none."""
    at_least: str | None = None
    """Oldest version that does what this cluster needs."""
    configuration: str = ""
    """JSON; empty takes the add-on's own."""
    service_account: str | None = None
    """Service account that gets a role by pod identity; None needs none."""
    managed_policy: str | None = None
    """AWS's policy for that role, by name."""
    buckets: bool = False
    """Whether that role may use the cluster's buckets."""
    needs_nodes: bool = False
    """Whether it stays unhealthy until a node takes its pods."""


class Person(_Part):
    """Access of a group of people."""

    group: str
    """Group of `access.groups`."""
    policy: str
    """EKS access policy, by name (``AmazonEKSClusterAdminPolicy``)."""


class Kubernetes(_Part):
    """Managed Kubernetes on AWS."""

    version: str
    subnets: tuple[str, ...]
    """Subnets of the control plane's interfaces, one in each zone, by name."""
    service_cidr: str
    public: bool
    """Whether the API server is reachable from the internet."""
    public_cidrs: tuple[str, ...] = ()
    key: DataKey | None
    """Key of the secrets; None leaves them to AWS's own."""
    log_types: tuple[str, ...]
    node_groups: tuple[NodeGroup, ...]
    addons: tuple[Addon, ...]
    people: tuple[Person, ...] = ()
    mfa: bool = True
    """Whether people need a second factor to take their role."""
    efa_plugin: str | None = None
    """Release of the EFA device plug-in, which is a chart and no add-on; None without EFA, or takes the lock's."""

    @property
    def pools(self) -> tuple[str, ...]:
        """Pools whose nodes belong to Kubernetes."""
        return tuple(group.pool for group in self.node_groups)

    def group(self, pool: str) -> NodeGroup:
        """Node group of `pool`; KeyError when it is not Kubernetes'."""
        return {group.pool: group for group in self.node_groups}[pool]
