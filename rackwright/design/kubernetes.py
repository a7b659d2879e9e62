"""Managed Kubernetes: which pools are node groups, what keeps them healthy, and who may do what.

Sources: Amazon EKS User Guide, "Best practices for security", "Manage EFA devices on Amazon EKS", "AWS add-ons", "Node
health and automatic node repair" (docs.aws.amazon.com/eks/latest/userguide, 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from rackwright.catalog.addons import addon_version
from rackwright.design.governance import DataKey
from rackwright.design.keys import LONGEST_DAYS, SHORTEST_DAYS
from rackwright.design.kubernetes_model import Addon, Kubernetes, NodeGroup, Person, Taint
from rackwright.design.model import Pool, Subnet
from rackwright.diagnostics import InputError
from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.pools import PoolSpec
from rackwright.spec.scheduler import KubernetesSpec

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
CNI_EFA_ONLY = "1.18.5"
"""First release of the VPC CNI that leaves ``efa-only`` interfaces alone.
Source: https://github.com/aws/amazon-vpc-cni-k8s/releases/tag/v1.18.5."""
EFFECTS = {"NoSchedule": "NO_SCHEDULE", "NoExecute": "NO_EXECUTE", "PreferNoSchedule": "PREFER_NO_SCHEDULE"}
_CAPACITY = {"spot": "SPOT", "block": "CAPACITY_BLOCK"}
_ARCHITECTURE = {"x86_64": "x86_64", "arm64": "ARM_64"}


def is_managed(spec: ClusterSpec) -> bool:
    """Whether AWS runs the control plane: on AWS and on the cloud that plays it, unless the spec says otherwise."""
    if spec.kubernetes is None or spec.target.kind == "on-prem":
        return False
    return spec.kubernetes.distribution in {None, "eks"}


def managed_pools(spec: ClusterSpec) -> tuple[str, ...]:
    """Pools whose nodes EKS makes, in the order of the spec."""
    if not is_managed(spec):
        return ()
    if spec.scheduler.kind == "split":
        return tuple(name for name in spec.pools if name in spec.scheduler.kubernetes_pools)
    return tuple(name for name, pool in spec.pools.items() if pool.role in {"cpu", "gpu", "storage"})


def kubernetes_of(spec: ClusterSpec, pools: Sequence[Pool], subnets: Sequence[Subnet]) -> Kubernetes | None:
    """The managed cluster; None without one."""
    wanted = spec.kubernetes
    if wanted is None or not is_managed(spec):
        return None
    mine = [pool for pool in pools if pool.name in managed_pools(spec)]
    return Kubernetes(
        version=wanted.version,
        subnets=_control_subnets(subnets),
        service_cidr=str(wanted.service_cidr),
        public=wanted.public_endpoint,
        public_cidrs=tuple(map(str, wanted.public_endpoint_cidrs)) if wanted.public_endpoint else (),
        key=_key(spec) if wanted.secrets_encryption else None,
        log_types=LOG_TYPES if wanted.audit_logs else (),
        node_groups=tuple(_node_group(spec, wanted, pool) for pool in mine),
        addons=addons_of(spec, mine),
        people=_people(spec),
        mfa=spec.access.mfa == "required",
        efa_plugin=wanted.efa_plugin if any(pool.efa_gbps for pool in mine) else None,
    )


def _control_subnets(subnets: Sequence[Subnet]) -> tuple[str, ...]:
    """One inner subnet in each zone, the private one first; the control plane needs two zones."""
    found: dict[str, str] = {}
    for subnet in sorted(subnets, key=lambda subnet: subnet.tier != "private"):
        if subnet.tier in {"private", "gpu"}:
            found.setdefault(subnet.zone_id, subnet.name)
    return tuple(found[zone] for zone in sorted(found))


def _key(spec: ClusterSpec) -> DataKey:
    days = max(SHORTEST_DAYS, min(spec.access.key_rotation, LONGEST_DAYS))
    return DataKey(name="kubernetes", purpose="Secrets of Kubernetes", services=("eks",), rotation_days=days)


def _node_group(spec: ClusterSpec, wanted: KubernetesSpec, pool: Pool) -> NodeGroup:
    asked = spec.pools[pool.name]
    drives = any(
        item.kind == "nvme-raid0" and pool.name in (item.pools or (pool.name,)) for item in spec.storage.values()
    )
    return NodeGroup(
        pool=pool.name,
        capacity=_CAPACITY.get(pool.capacity.kind, "ON_DEMAND"),
        image=image_of(pool),
        labels=_labels(pool, asked),
        taints=tuple(taint_of(text) for text in asked.taints),
        max_unavailable=min(wanted.max_unavailable, max(1, pool.max_nodes)),
        max_pods=pool.pods_per_node,
        local_storage=drives and pool.nvme_devices > 0,
    )


def image_of(pool: Pool) -> str:
    """EKS's type of image for the machines of `pool`."""
    if pool.ami is not None:
        return "CUSTOM"
    return f"AL2023_{_ARCHITECTURE[pool.architecture]}_{'NVIDIA' if pool.gpus else 'STANDARD'}"


def _labels(pool: Pool, asked: PoolSpec) -> dict[str, str]:
    own = {"rackwright.io/pool": pool.name}
    gpu = {"nvidia.com/gpu.present": "true"} if pool.gpus else {}
    efa = {"vpc.amazonaws.com/efa.present": "true"} if pool.efa_gbps else {}
    return dict(sorted({**own, **gpu, **efa, **asked.labels}.items()))


def taint_of(text: str) -> Taint:
    """``nvidia.com/gpu=present:NoSchedule`` as a value. `InputError` for another form; preflight says where."""
    rest, _, effect = text.rpartition(":")
    if effect not in EFFECTS:
        raise InputError(f"{text!r} is no taint", hint="write key=value:NoSchedule")
    key, _, value = rest.partition("=")
    return Taint(key=key, value=value, effect=EFFECTS[effect])


def addons_of(spec: ClusterSpec, pools: Sequence[Pool]) -> tuple[Addon, ...]:
    """Add-ons in the order in which they need one another: network, identity, then what runs on nodes."""
    kinds = {item.kind for item in spec.storage.values()}
    drivers = {
        "efs": Addon(
            name="aws-efs-csi-driver",
            service_account="efs-csi-controller-sa",
            managed_policy="service-role/AmazonEFSCSIDriverPolicy",
            needs_nodes=True,
        ),
        "fsx-lustre": Addon(name="aws-fsx-csi-driver", needs_nodes=True),
        "s3": Addon(name="aws-mountpoint-s3-csi-driver", service_account="s3-csi-driver-sa", buckets=True),
    }
    own_network = spec.kubernetes is not None and spec.kubernetes.cni == "vpc-cni"
    wanted = (
        *((_network_addon(spec, pools),) if own_network else ()),
        Addon(name="kube-proxy"),
        Addon(name="eks-pod-identity-agent"),
        Addon(name="eks-node-monitoring-agent"),
        Addon(name="coredns", needs_nodes=True),
        Addon(
            name="aws-ebs-csi-driver",
            service_account="ebs-csi-controller-sa",
            managed_policy="service-role/AmazonEBSCSIDriverPolicy",
            needs_nodes=True,
        ),
        *(drivers[kind] for kind in sorted(drivers) if kind in kinds),
    )
    return tuple(_pinned(addon, spec.kubernetes) for addon in wanted)


def _pinned(addon: Addon, wanted: KubernetesSpec | None) -> Addon:
    """With the version that the spec names, or the catalog's for the release of Kubernetes."""
    if wanted is None:
        return addon
    known = addon_version(addon.name, wanted.version)
    version = wanted.addons.get(addon.name) or addon.version or (known.version if known else None)
    return addon.model_copy(update={"version": version})


def _network_addon(spec: ClusterSpec, pools: Sequence[Pool]) -> Addon:
    wanted = spec.kubernetes
    efa_only = any(nic.interface_type == "efa-only" for pool in pools for nic in pool.nics)
    policies = {"enableNetworkPolicy": "true"} if wanted is not None and wanted.network_policies else {}
    return Addon(
        name="vpc-cni",
        version=f"v{wanted.cni_version}-eksbuild.1" if wanted is not None and wanted.cni_version else None,
        at_least=CNI_EFA_ONLY if efa_only else None,
        configuration=json.dumps(policies, sort_keys=True) if policies else "",
        service_account="aws-node",
        managed_policy="AmazonEKS_CNI_Policy",
    )


def _people(spec: ClusterSpec) -> tuple[Person, ...]:
    """Administrators own the cluster; every other group works in it and cannot change it."""
    return tuple(
        Person(group=group, policy=f"AmazonEKS{'ClusterAdmin' if group == 'admins' else 'Edit'}Policy")
        for group in sorted(spec.access.groups)
    )
