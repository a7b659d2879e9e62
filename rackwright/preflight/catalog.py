"""What the spec names must be known and fit the target."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.catalog.floors import floor
from rackwright.catalog.load import nearest
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.places import Path

LARGEST_MESSAGE = 64 * 1024**3
"""Bytes; a floor for any smaller message covers it as well."""


def _named_machines(view: View) -> Iterator[tuple[Path, str]]:
    for name, pool in view.spec.pools.items():
        yield ("pools", name, "machine"), pool.machine
        for index, machine in enumerate(pool.alternatives):
            yield ("pools", name, "alternatives", index), machine


@rule("RW-CAT-001")
def machine_is_known(view: View) -> Iterator[Fault]:
    """Every machine is in the catalog.

    Without its facts no layout, address plan, version or price can be worked out.

    Source: AWS ParallelCluster, InstanceTypeValidator; https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
    """
    for path, machine in _named_machines(view):
        if machine not in view.catalog.machines:
            near = nearest(machine, view.catalog.machines)
            hint = f"did you mean '{near}'?" if near else "'./rw catalog list' shows what exists"
            yield Fault(path, f"the catalog has no machine '{machine}'", hint)


@rule("RW-CAT-002")
def machine_fits_the_target(view: View) -> Iterator[Fault]:
    """AWS gets instance types, a site of one's own gets systems.

    A `dgx-h100` cannot be launched and a `p5.48xlarge` cannot be bought.

    Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
    """
    wanted = "aws" if view.on_aws else "system"
    for pool in view.pools:
        if pool.machine.kind != wanted:
            noun = "an instance type" if wanted == "aws" else "a system such as dgx-h100"
            target = view.spec.target.kind
            yield Fault(
                pool.path("machine"), f"'{pool.machine.name}' does not exist on target '{target}'", f"name {noun}"
            )


@rule("RW-CAT-003")
def gpu_pool_has_accelerators(view: View) -> Iterator[Fault]:
    """The machine of a GPU pool has accelerators.

    Drivers and the GPU scheduler resource would be set up on nodes that have none; fabric manager and DCGM then fail.

    Source: https://github.com/NVIDIA/gpu-operator/issues/610
    """
    for pool in view.pools:
        if pool.spec.role == "gpu" and not pool.machine.gpus:
            hint = "take a machine with GPUs, or role: cpu"
            yield Fault(pool.path("machine"), f"'{pool.machine.name}' has 0 accelerators, role gpu needs 1", hint)


@rule("RW-CAT-004", Severity.WARNING)
def accelerators_are_used(view: View) -> Iterator[Fault]:
    """Nodes with accelerators are in GPU pools.

    A head or CPU node with GPUs costs up to a hundred times as much, and nothing schedules its GPUs.

    Source: https://aws.amazon.com/ec2/pricing/on-demand/
    """
    for pool in view.gpu_pools:
        if pool.spec.role != "gpu":
            where = pool.path("machine")
            count = pool.machine.gpus
            yield Fault(where, f"role {pool.spec.role} leaves {count} accelerators of each node idle", "use role: gpu")


@rule("RW-CAT-005")
def accelerators_match_the_software(view: View) -> Iterator[Fault]:
    """AWS accelerators are not given NVIDIA software.

    Trainium and Inferentia need the Neuron SDK; NGC images and the NVIDIA driver do nothing there.

    Source: AWS ParallelCluster, InstanceTypeAcceleratorManufacturerValidator;
    https://awsdocs-neuron.readthedocs-hosted.com/
    """
    for pool in view.gpu_pools:
        if pool.machine.accelerator == "aws" and not view.nvidia_pools and view.spec.software.ngc:
            hint = "take Neuron images from public.ecr.aws/neuron, and leave software.ngc empty"
            yield Fault(("software", "ngc"), f"'{pool.machine.name}' cannot run NVIDIA's container images", hint)


@rule("RW-CAT-006", Severity.WARNING)
def one_architecture(view: View) -> Iterator[Fault]:
    """All pools have the same processor architecture.

    Every image, package and container must then exist twice; an x86 container on Grace fails with "exec format error".

    Source: AWS ParallelCluster, InstanceArchitectureCompatibilityValidator; p6e-gb200 is arm64
    (https://aws.amazon.com/ec2/instance-types/p6/)
    """
    kinds = {pool.machine.architecture for pool in view.pools}
    if len(kinds) > 1:
        by = ", ".join(f"{pool.name} {pool.machine.architecture}" for pool in view.pools)
        yield Fault(("pools",), f"pools mix architectures ({by})", "give every image for both, or split the stack")


@rule("RW-CAT-007", Severity.INFO)
def facts_are_certain(view: View) -> Iterator[Fault]:
    """Facts about the machines were read from their source.

    A layout on which sources differ should be tried on one node before a block is bought. The catalog says which.

    Source: https://github.com/aws/aws-parallelcluster/pull/6930 and
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html differ on p6e-gb200
    """
    for pool in view.pools:
        if pool.machine.note and pool.machine.kind == "aws":
            yield Fault(pool.path("machine"), f"{pool.machine.name}: {pool.machine.note}", "try one node first")


@rule("RW-CAT-008", Severity.INFO)
def acceptance_floor_is_known(view: View) -> Iterator[Fault]:
    """The catalog has an NCCL floor for the machine and the number of nodes.

    Without a measured baseline the bandwidth check is *not evaluated*, which is not a pass.

    Source: https://github.com/NVIDIA/aicr/issues/1338 (declared gate silently skipped) and issue 2640 (wrong baseline)
    """
    for pool in view.nvidia_pools:
        if pool.most > 1 and floor(pool.machine.name, pool.most, LARGEST_MESSAGE) is None:
            summary = f"no bandwidth floor is known for {pool.most} nodes of {pool.machine.name}"
            yield Fault(pool.path("machine"), summary, "the NCCL check will be reported as not evaluated")


@rule("RW-CAT-009", Severity.WARNING)
def head_is_large_enough(view: View) -> Iterator[Fault]:
    """Head nodes have enough processors for the nodes they serve.

    One head of a few cores saturates when hundreds of nodes start at once: mounts, registrations and prologs pile up.
    Our line is one vCPU for 64 nodes, and at least 4.

    Source: https://github.com/aws/aws-parallelcluster/issues/4179 (194 p4d nodes) and issue 7265
    """
    nodes = sum(pool.most for pool in view.pools if pool.spec.role in {"gpu", "cpu"})
    least = max(4, nodes // 64)
    for pool in view.pools:
        if pool.spec.role == "control" and pool.machine.vcpus < least:
            summary = f"{pool.machine.name} has {pool.machine.vcpus} vCPUs, {nodes} nodes want {least} or more"
            yield Fault(pool.path("machine"), summary, "take a larger machine")


@rule("RW-CAT-010", Severity.WARNING)
def one_gpu_model_for_each_job(view: View) -> Iterator[Fault]:
    """GPU pools of one partition have the same GPU.

    A job over mixed GPUs runs at the pace of the slowest, and collective libraries may refuse it.

    Source: AWS ParallelCluster, InstancesAcceleratorsValidator
    """
    slurm = view.spec.slurm
    by_name = {pool.name: pool for pool in view.gpu_pools}
    for name, partition in slurm.partitions.items() if slurm else ():
        models = {by_name[p].machine.gpu_model for p in partition.pools if p in by_name}
        if len(models) > 1:
            path: Path = ("scheduler", "partitions", name)
            yield Fault(path, f"partition '{name}' mixes {', '.join(map(str, sorted(models, key=str)))}", "split it")


@rule("RW-CAT-011")
def architecture_has_the_operating_system(view: View) -> Iterator[Fault]:
    """The operating system is packaged for the machine's architecture by NVIDIA.

    The driver repository has arm64-sbsa builds for Ubuntu and the Rocky/RHEL line; Debian's is amd64 only.

    Source: https://developer.download.nvidia.com/compute/cuda/repos/ (debian12 and debian13 hold x86_64 only)
    """
    is_debian = (view.spec.software.os or "").startswith("debian-")
    for pool in view.nvidia_pools:
        if pool.machine.architecture == "arm64" and is_debian:
            summary = f"'{pool.machine.name}' is arm64, NVIDIA packages the driver for Debian on x86_64 only"
            yield Fault(("software", "os"), summary, "use ubuntu-24.04")


@rule("RW-CAT-012")
def machine_image_is_an_id(view: View) -> Iterator[Fault]:
    """An image is named by its id.

    A name or an SSM path that ends in ``latest`` changes under a running cluster, and the next scale-out is different.

    Source: AWS ParallelCluster, AmiOsCompatibleValidator; https://github.com/aws/karpenter-provider-aws (drift on AMI)
    """
    for name, pool in view.spec.pools.items():
        if pool.ami is not None and not pool.ami.startswith("ami-"):
            yield Fault(("pools", name, "ami"), f"'{pool.ami}' is not an image id", "write it as ami-0123456789abcdef0")
