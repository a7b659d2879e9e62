"""What runs jobs: Slurm, Kubernetes, both on separate pools, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from rackwright.spec.base import Cidr, Name, SpecModel
from rackwright.units import Minutes


class Partition(SpecModel):
    """A Slurm partition."""

    pools: tuple[Name, ...]
    """Pools whose nodes it holds."""
    default: bool = False
    """Jobs that name no partition go here."""
    max_time: str | None = Field(None, pattern=r"^(\d+-)?\d{1,2}:\d{2}:\d{2}$")
    """Longest job, `days-hours:minutes:seconds`."""
    priority: PositiveInt = 1
    """Greater goes first."""


class Slurm(SpecModel):
    """Slurm."""

    kind: Literal["slurm"]
    """Slurm on every worker pool."""
    version: str | None = None
    """Release (``25.05``); None takes the lock's."""
    cluster_name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] | None = None
    """Name in accounting; None takes the stack's name."""
    partitions: Mapping[Name, Partition] = {}
    """Empty means one partition for each GPU and CPU pool, named after it."""
    accounting: bool = True
    """Record jobs in a database."""
    database: Literal["local", "aurora", "none"] = "local"
    """Where accounting records are kept."""
    pyxis: bool | None = None
    """Containers in jobs (pyxis and enroot); None has them where packages come from a mirror, for no public
    repository holds them."""
    topology: Literal["auto", "tree", "block", "flat"] = "auto"
    """How the network is told to the scheduler."""
    suspend_idle: Minutes | None = None
    """Idle elastic nodes are stopped after this long; None never."""
    health_check: Minutes | None = 5
    """Interval of node checks outside jobs; None turns them off."""
    prolog_check: bool = True
    """A quick GPU check before each job."""
    preemption: bool = False
    """Jobs of higher partitions may stop others."""
    requeue: bool = True
    """Stopped jobs are queued again."""
    settings: Mapping[str, str | int] = {}
    """Further lines of slurm.conf."""


AddonVersion = Annotated[str, Field(pattern=r"^v\d+\.\d+\.\d+-eksbuild\.\d+$", examples=["v2.1.9-eksbuild.1"])]


class KubernetesSpec(SpecModel):
    """Kubernetes."""

    kind: Literal["kubernetes"]
    """Kubernetes on every worker pool."""
    version: str = Field("1.35", pattern=r"^1\.\d{2}$")
    """Minor release."""
    distribution: Literal["eks", "kubeadm"] | None = None
    """None takes `eks` on AWS and `kubeadm` elsewhere."""
    cni: Literal["vpc-cni", "cilium", "calico"] = "vpc-cni"
    """Network plug-in."""
    cni_version: str | None = None
    """Release of the network plug-in; None takes the catalog's for EKS, the lock's elsewhere."""
    addons: Mapping[str, AddonVersion] = {}
    """Versions of EKS's add-ons over those of the catalog: ``{aws-efs-csi-driver: v2.1.9-eksbuild.1}``."""
    pod_cidr: Cidr | None = None
    """Addresses of pods when they are not the subnet's."""
    service_cidr: Cidr = "172.20.0.0/16"
    """Addresses of services."""
    public_endpoint: bool = False
    """API server reachable from the internet."""
    public_endpoint_cidrs: tuple[Cidr, ...] = ()
    """Networks that may reach a public API server."""
    secrets_encryption: bool = True
    """Secrets encrypted with a key of our own."""
    audit_logs: bool = True
    """Record calls to the API server."""
    gpu_operator: str | None = None
    """Release of the NVIDIA GPU operator; None takes the lock's."""
    device_plugin: str | None = None
    """Release of the NVIDIA device plug-in; None takes the lock's."""
    efa_plugin: str | None = None
    """Release of the EFA device plug-in; None takes the lock's."""
    dra: bool = False
    """Dynamic resource allocation (compute domains on NVL72)."""
    queue: Literal["kueue", "volcano", "kai", "none"] = "kueue"
    """What queues batch jobs."""
    network_policies: bool = True
    """Pods reach only what policies allow."""
    pod_security: Literal["restricted", "baseline", "privileged"] = "restricted"
    """Pod security standard of user namespaces."""
    autoscaler: Literal["karpenter", "cluster-autoscaler", "none"] = "none"
    """What adds and removes nodes."""
    max_unavailable: PositiveInt = 1
    """Nodes that a driver or kubelet upgrade may take at a time."""


class Split(SpecModel):
    """Slurm on some pools, Kubernetes on others."""

    kind: Literal["split"]
    """Slurm on some pools, Kubernetes on the others."""
    slurm: Slurm
    """Slurm on `slurm_pools`."""
    kubernetes: KubernetesSpec
    """Kubernetes on `kubernetes_pools`."""
    slurm_pools: tuple[Name, ...]
    """Pools under Slurm."""
    kubernetes_pools: tuple[Name, ...]
    """Pools under Kubernetes."""


class NoScheduler(SpecModel):
    """Nothing: nodes are used directly."""

    kind: Literal["none"]
    """No scheduler: nodes are used by hand."""


SchedulerSpec = Annotated[Slurm | KubernetesSpec | Split | NoScheduler, Field(discriminator="kind")]
