"""Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from rackwright.catalog.software import load_software
from rackwright.catalog.version import version_order
from rackwright.fabric.efa import max_pods
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path
from rackwright.spec.scheduler import KubernetesSpec

LARGEST_SERVICE, SMALLEST_SERVICE = 12, 24
DRA_BRANCH = 565
QUORUM = 3
SHARE = 4
"""An upgrade takes at most one node in this many."""
MOST_HOPS = 2

_TAINT = re.compile(r"^[a-z0-9A-Z./-]+(=[A-Za-z0-9._-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$")
_LABEL = re.compile(r"^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")
_VALUE = re.compile(r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$")


def at_kubernetes(view: View, *rest: str | int) -> Path:
    """Path of a part of Kubernetes, which may stand inside a split scheduler."""
    whole = isinstance(view.spec.scheduler, KubernetesSpec)
    return ("scheduler", *rest) if whole else ("scheduler", "kubernetes", *rest)


def _eks(view: View) -> bool:
    kubernetes = view.spec.kubernetes
    return kubernetes is not None and (kubernetes.distribution or ("eks" if view.on_aws else "kubeadm")) == "eks"


def _below(version: str | None, least: str) -> bool:
    return version is not None and version_order(version) < version_order(least)


@rule("RW-K8S-001")
def release_is_supported(view: View) -> Iterator[Fault]:
    """The Kubernetes release still gets fixes.

    A minor release is supported for about fourteen months; EKS then bills extended support at six times the price.

    Source: https://kubernetes.io/releases/; https://aws.amazon.com/eks/pricing/
    """
    kubernetes = view.spec.kubernetes
    if kubernetes is None:
        return
    product = load_software().products.get("kubernetes")
    line = product.line_of(kubernetes.version) if product else None
    if line and line.end_of_life and line.end_of_life < view.today:
        summary = f"Kubernetes {kubernetes.version} got its last fix on {line.end_of_life}"
        yield Fault(at_kubernetes(view, "version"), summary, "take a newer release")
    elif product and _below(kubernetes.version, product.lines[0].name):
        summary = f"Kubernetes {kubernetes.version} is older than {product.lines[0].name}, the oldest that we know"
        yield Fault(at_kubernetes(view, "version"), summary, "take a newer release")


@rule("RW-K8S-002")
def service_addresses_are_free(view: View) -> Iterator[Fault]:
    """Service and pod networks overlap neither the cluster's network nor a routed one.

    A service address that is also a node's is taken by kube-proxy, and the node cannot be reached from pods.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    """
    kubernetes = view.spec.kubernetes
    if kubernetes is None:
        return
    network = view.spec.network
    taken = [network.cidr, *network.peer_cidrs, *(network.vpn.remote_cidrs if network.vpn else ())]
    for key in ("service_cidr", "pod_cidr"):
        cidr = getattr(kubernetes, key)
        clash = next((other for other in taken if cidr and IPv4Network(cidr).overlaps(IPv4Network(other))), None)
        if clash:
            yield Fault(at_kubernetes(view, key), f"'{cidr}' overlaps '{clash}'", "for example 172.20.0.0/16")


@rule("RW-K8S-003")
def service_network_has_a_legal_size(view: View) -> Iterator[Fault]:
    """The service network is a /12 to /24.

    Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
    """
    kubernetes = view.spec.kubernetes
    if kubernetes and not LARGEST_SERVICE <= IPv4Network(kubernetes.service_cidr).prefixlen <= SMALLEST_SERVICE:
        summary = f"'{kubernetes.service_cidr}' is not a /{LARGEST_SERVICE} to /{SMALLEST_SERVICE}"
        yield Fault(at_kubernetes(view, "service_cidr"), summary, "for example 172.20.0.0/16")


@rule("RW-K8S-004")
def pods_and_services_are_apart(view: View) -> Iterator[Fault]:
    """Pod and service networks do not overlap.

    Source: https://kubernetes.io/docs/concepts/cluster-administration/networking/
    """
    kubernetes = view.spec.kubernetes
    if kubernetes is None or kubernetes.pod_cidr is None:
        return
    if IPv4Network(kubernetes.pod_cidr).overlaps(IPv4Network(kubernetes.service_cidr)):
        summary = f"pods '{kubernetes.pod_cidr}' overlap services '{kubernetes.service_cidr}'"
        yield Fault(at_kubernetes(view, "pod_cidr"), summary, "renumber one of them")


@rule("RW-K8S-005", frameworks=("hipaa", "pci-dss", "nist-800-53", "cis"))
def endpoint_is_not_open(view: View) -> Iterator[Fault]:
    """The API server is not open to the whole internet.

    Source: CIS Amazon EKS Benchmark 5.4.1 and 5.4.2; NIST SP 800-53 SC-7
    """
    kubernetes = view.spec.kubernetes
    if kubernetes and kubernetes.public_endpoint:
        cidrs = kubernetes.public_endpoint_cidrs
        if not cidrs or any(IPv4Network(cidr).prefixlen == 0 for cidr in cidrs):
            hint = "name public_endpoint_cidrs, or set public_endpoint: false"
            yield Fault(at_kubernetes(view, "public_endpoint"), "the API server answers the whole internet", hint)


@rule("RW-K8S-006")
def distribution_fits_the_target(view: View) -> Iterator[Fault]:
    """EKS is used on AWS.

    Source: our own model: EKS is a service of AWS
    """
    if view.spec.kubernetes and view.on_prem and view.spec.kubernetes.distribution == "eks":
        yield Fault(at_kubernetes(view, "distribution"), "EKS is a service of AWS", "use kubeadm")


@rule("RW-K8S-007")
def network_plugin_fits_the_target(view: View) -> Iterator[Fault]:
    """The VPC network plug-in is used in a VPC.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/managing-vpc-cni.html
    """
    if view.spec.kubernetes and view.on_prem and view.spec.kubernetes.cni == "vpc-cni":
        yield Fault(at_kubernetes(view, "cni"), "vpc-cni gives pods addresses of a VPC", "use cilium or calico")


@rule("RW-K8S-008")
def network_plugin_knows_efa_only(view: View) -> Iterator[Fault]:
    """The VPC network plug-in is 1.18.5 or newer where nodes have `efa-only` interfaces.

    Older ones take such an interface for one with addresses and fail to start.

    Source: https://github.com/aws/amazon-vpc-cni-k8s/releases/tag/v1.18.5
    """
    kubernetes = view.spec.kubernetes
    if kubernetes and kubernetes.cni == "vpc-cni" and view.efa_pools and _below(kubernetes.cni_version, "1.18.5"):
        summary = f"vpc-cni {kubernetes.cni_version} does not know efa-only interfaces, 1.18.5 does"
        yield Fault(at_kubernetes(view, "cni_version"), summary, "leave cni_version out")


@rule("RW-K8S-009")
def efa_plugin_knows_the_machine(view: View) -> Iterator[Fault]:
    """The EFA device plug-in knows the machines.

    0.5.6 knows p6-b200, 0.5.14 knows p6e-gb200; an older one offers no EFA there.

    Source: https://github.com/aws/eks-charts/tree/master/stable/aws-efa-k8s-device-plugin
    """
    least = {"p6-b200": "0.5.6", "p6-b300": "0.5.6", "p6e-gb200": "0.5.14"}
    kubernetes = view.spec.kubernetes
    for pool in view.efa_pools if kubernetes else ():
        needed = least.get(pool.machine.family)
        if kubernetes and needed and _below(kubernetes.efa_plugin, needed):
            summary = f"EFA plug-in {kubernetes.efa_plugin} does not know {pool.machine.name}, {needed} does"
            yield Fault(at_kubernetes(view, "efa_plugin"), summary, "leave efa_plugin out")


@rule("RW-K8S-010")
def pods_fit_the_addresses(view: View) -> Iterator[Fault]:
    """A node does not promise more pods than its interfaces have addresses.

    With EFA on card 0 of p5 one interface is left for pods: 1 x (50 - 1) + 2 = 51. More hang in ContainerCreating.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#determine-max-pods
    """
    kubernetes = view.spec.kubernetes
    for pool in view.pools if kubernetes and kubernetes.cni == "vpc-cni" else ():
        limit = max_pods(pool.machine, with_efa=pool.efa and pool.machine.efa)
        if pool.spec.pods_per_node and limit is not None and pool.spec.pods_per_node > limit:
            summary = f"pods_per_node is {pool.spec.pods_per_node}, addresses are there for {limit}"
            yield Fault(pool.path("pods_per_node"), summary, f"use {limit}, or cni: cilium")


@rule("RW-K8S-011")
def dynamic_allocation_is_possible(view: View) -> Iterator[Fault]:
    """Dynamic resource allocation has Kubernetes 1.32 and driver 565 or newer.

    Source: https://github.com/NVIDIA/k8s-dra-driver-gpu (prerequisites)
    """
    kubernetes = view.spec.kubernetes
    branch = view.spec.software.driver_branch
    if kubernetes and kubernetes.dra and (_below(kubernetes.version, "1.32") or branch < DRA_BRANCH):
        summary = f"dra with Kubernetes {kubernetes.version} and driver {branch}, at least 1.32 and {DRA_BRANCH}"
        yield Fault(at_kubernetes(view, "dra"), summary, "take newer ones, or dra: false")


@rule("RW-K8S-012", Severity.WARNING)
def racks_have_compute_domains(view: View) -> Iterator[Fault]:
    """Nodes in NVLink racks get their domains by dynamic resource allocation.

    Without a ComputeDomain, IMEX is not set up for a workload, and NVLink between nodes is refused.

    Source: https://github.com/NVIDIA/k8s-dra-driver-gpu; https://github.com/NVIDIA/aicr/issues/640
    """
    kubernetes = view.spec.kubernetes
    racks = [pool.name for pool in view.pools if pool.machine.nvlink_domain_nodes > 1]
    if kubernetes and racks and not kubernetes.dra:
        yield Fault(at_kubernetes(view, "dra"), f"pool '{racks[0]}' has NVLink racks and dra is false", "set dra: true")


@rule("RW-K8S-013", frameworks=("hipaa", "pci-dss", "nist-800-53", "cis"))
def secrets_are_encrypted(view: View) -> Iterator[Fault]:
    """Secrets of Kubernetes are encrypted with a key of one's own.

    Source: CIS Amazon EKS Benchmark 5.3.1; NIST SP 800-53 SC-28
    """
    kubernetes = view.spec.kubernetes
    strict = view.sensitive or view.follows("hipaa", "pci-dss", "nist-800-53", "cis")
    if kubernetes and strict and not kubernetes.secrets_encryption:
        yield Fault(
            at_kubernetes(view, "secrets_encryption"), "secrets are kept in the clear", "set secrets_encryption: true"
        )


@rule("RW-K8S-014", frameworks=("hipaa", "sox", "pci-dss", "nist-800-53", "cis"))
def calls_are_recorded(view: View) -> Iterator[Fault]:
    """Calls to the API server are recorded.

    Source: CIS Amazon EKS Benchmark 2.1.1; NIST SP 800-53 AU-2; 45 CFR 164.312(b)
    """
    kubernetes = view.spec.kubernetes
    if kubernetes and view.spec.compliance and not kubernetes.audit_logs:
        yield Fault(at_kubernetes(view, "audit_logs"), "audit_logs is false", "set audit_logs: true")


@rule("RW-K8S-015", Severity.WARNING, frameworks=("pci-dss", "nist-800-53", "cis"))
def pods_are_restricted(view: View) -> Iterator[Fault]:
    """Pods are held to the restricted or baseline standard.

    `privileged` lets every pod become root on its node.

    Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/; CIS Kubernetes Benchmark 5.2
    """
    if view.spec.kubernetes and view.spec.kubernetes.pod_security == "privileged":
        yield Fault(at_kubernetes(view, "pod_security"), "pods may do anything", "use baseline or restricted")


@rule("RW-K8S-016", Severity.WARNING, frameworks=("pci-dss", "nist-800-53", "cis"))
def pods_are_fenced(view: View) -> Iterator[Fault]:
    """Pods of one tenant cannot talk to those of another.

    Source: CIS Kubernetes Benchmark 5.3.2; NIST SP 800-53 SC-7
    """
    if view.spec.kubernetes and not view.spec.kubernetes.network_policies:
        yield Fault(
            at_kubernetes(view, "network_policies"), "every pod can reach every pod", "set network_policies: true"
        )


@rule("RW-K8S-017", Severity.WARNING)
def control_plane_has_a_quorum(view: View) -> Iterator[Fault]:
    """A control plane of one's own has an odd number of nodes, three or more.

    etcd needs a majority: of two nodes the loss of either stops the cluster.

    Source: https://etcd.io/docs/latest/faq/ (why an odd number of members)
    """
    heads = sum(pool.nodes.max for pool in view.spec.pools_of("control").values())
    if view.spec.kubernetes and not _eks(view) and (heads < QUORUM or heads % 2 == 0):
        yield Fault(("pools",), f"{heads} control nodes give etcd no safe majority", "use 3 or 5")


@rule("RW-K8S-018", Severity.WARNING)
def managed_control_plane_is_enough(view: View) -> Iterator[Fault]:
    """With EKS alone there is no control pool.

    AWS runs the control plane; nodes with role control would idle.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/eks-architecture.html
    """
    if _eks(view) and view.spec.slurm is None:
        for name in view.spec.pools_of("control"):
            yield Fault(("pools", name, "role"), f"pool '{name}' has nothing to do with EKS", "remove it, or role: cpu")


@rule("RW-K8S-019")
def taints_are_taints(view: View) -> Iterator[Fault]:
    """Taints have the form ``key=value:Effect``.

    The kubelet does not start with another.

    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
    """
    for name, pool in view.spec.pools.items():
        for index, taint in enumerate(pool.taints):
            if not _TAINT.match(taint):
                where: Path = ("pools", name, "taints", index)
                yield Fault(where, f"'{taint}' is not a taint", "for example nvidia.com/gpu=present:NoSchedule")


@rule("RW-K8S-020", Severity.WARNING)
def gpus_are_kept_for_gpu_pods(view: View) -> Iterator[Fault]:
    """GPU nodes have a taint.

    Otherwise any pod lands on the dearest nodes and keeps them from scaling down.

    Source: https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/getting-started.html
    """
    mixed = any(not pool.machine.gpus for pool in view.pools)
    for pool in view.nvidia_pools if view.spec.kubernetes and view.spec.slurm is None and mixed else ():
        if not pool.spec.taints:
            where = pool.path("taints")
            yield Fault(where, "GPU nodes take any pod", "add nvidia.com/gpu=present:NoSchedule")


@rule("RW-K8S-021")
def labels_are_labels(view: View) -> Iterator[Fault]:
    """Labels have legal names and values of at most 63 characters.

    Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
    """
    for name, pool in view.spec.pools.items():
        for key, value in pool.labels.items():
            if not _LABEL.match(key) or not _VALUE.match(value):
                where: Path = ("pools", name, "labels", key)
                yield Fault(where, f"'{key}: {value}' is not a label", "letters, digits, '-', '_' and '.'")


@rule("RW-K8S-022", Severity.WARNING)
def elastic_pools_have_an_autoscaler(view: View) -> Iterator[Fault]:
    """Elastic pools have something that scales them.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/autoscaling.html
    """
    kubernetes = view.spec.kubernetes
    if kubernetes is None or kubernetes.autoscaler != "none" or view.spec.slurm:
        return
    for name, pool in view.spec.pools.items():
        if pool.nodes.min < pool.nodes.max:
            summary = f"pool '{name}' has {pool.nodes.min} to {pool.nodes.max} nodes and nothing scales it"
            yield Fault(at_kubernetes(view, "autoscaler"), summary, "use karpenter or cluster-autoscaler")


@rule("RW-K8S-023")
def autoscaler_fits_the_target(view: View) -> Iterator[Fault]:
    """Karpenter is used on AWS.

    Source: https://karpenter.sh/docs/ (the AWS provider is the one that knows EFA and capacity blocks)
    """
    if view.spec.kubernetes and view.on_prem and view.spec.kubernetes.autoscaler != "none":
        yield Fault(at_kubernetes(view, "autoscaler"), "machines of one's own cannot be launched", "use none")


@rule("RW-K8S-024", Severity.WARNING)
def upgrades_leave_nodes_working(view: View) -> Iterator[Fault]:
    """An upgrade takes at most a quarter of the nodes at a time.

    Source: https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/gpu-driver-upgrades.html (25 %)
    """
    kubernetes = view.spec.kubernetes
    nodes = sum(pool.most for pool in view.nvidia_pools)
    if kubernetes and nodes > SHARE and kubernetes.max_unavailable * SHARE > nodes:
        summary = f"max_unavailable is {kubernetes.max_unavailable} of {nodes} GPU nodes"
        yield Fault(at_kubernetes(view, "max_unavailable"), summary, f"at most {max(1, nodes // SHARE)}")


@rule("RW-K8S-025")
def docker_is_not_the_runtime(view: View) -> Iterator[Fault]:
    """Kubernetes runs on containerd.

    Docker support left the kubelet in 1.24.

    Source: https://kubernetes.io/blog/2022/02/17/dockershim-faq/
    """
    if view.spec.kubernetes and view.spec.software.containers != "containerd":
        summary = f"containers is '{view.spec.software.containers}', the kubelet needs containerd"
        yield Fault(("software", "containers"), summary, "use containerd")


@rule("RW-K8S-026")
def plugins_are_safe(view: View) -> Iterator[Fault]:
    """GPU operator and device plug-in have the fixes of NVIDIA's bulletins.

    CVE-2025-23266 lets a container become root on its node.

    Source: https://nvidia.custhelp.com/app/answers/detail/a_id/5659 and 5850
    """
    least = {"gpu_operator": "26.3.2", "device_plugin": "0.17.3"}
    kubernetes = view.spec.kubernetes
    for key, version in least.items() if kubernetes else ():
        if _below(getattr(kubernetes, key), version):
            summary = f"{key} {getattr(kubernetes, key)} is below the safe {version}"
            yield Fault(at_kubernetes(view, key), summary, f"leave {key} out, or use {version}")


@rule("RW-K8S-027")
def metadata_hops_suit_pods(view: View) -> Iterator[Fault]:
    """An answer of the metadata service takes at most two hops.

    One keeps pods away from the node's role; two is what AWS advises where pods must reach it; more opens it further.

    Source: https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html
    """
    for name, pool in view.spec.pools.items():
        if pool.imds_hops > MOST_HOPS:
            where: Path = ("pools", name, "imds_hops")
            yield Fault(where, f"imds_hops is {pool.imds_hops}, expected 1 to {MOST_HOPS}", "use 1")
