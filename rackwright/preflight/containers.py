"""Container images and their run time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.software import CUDA_13_BRANCH
from rackwright.preflight.view import View
from rackwright.spec.places import Path

FRAMEWORKS = ("pytorch", "tensorflow", "jax", "tritonserver", "nemo", "tensorrt")

_IMAGE = re.compile(r"^(?P<repo>[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+)(:(?P<tag>[\w][\w.-]*))?(@sha256:[0-9a-f]{64})?$")


@rule("RW-SW-017")
def images_are_named_exactly(view: View) -> Iterator[Fault]:
    """Images have a tag, and not ``latest``.

    What a floating tag means changes between two nodes of one job.

    Source: https://github.com/aws-samples/awsome-distributed-training/issues/448; CIS Docker Benchmark 4.2
    """
    for index, image in enumerate(view.spec.software.ngc):
        match = _IMAGE.match(image)
        pinned = "@sha256:" in image
        if match and not pinned and match["tag"] in {None, "latest", "stable", "nightly"}:
            where: Path = ("software", "ngc", index)
            yield Fault(where, f"'{image}' floats", "write a release: nvcr.io/nvidia/pytorch:25.10-py3")


@rule("RW-SW-018")
def images_are_references(view: View) -> Iterator[Fault]:
    """Images are full references with a registry.

    Without one, containerd looks at docker.io and finds nothing, or somebody else's image.

    Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md (pulling manifests)
    """
    for index, image in enumerate(view.spec.software.ngc):
        match = _IMAGE.match(image)
        if match is None or "." not in match["repo"].partition("/")[0]:
            yield Fault(("software", "ngc", index), f"'{image}' names no registry", "write nvcr.io/nvidia/…:<tag>")


@rule("RW-SW-019")
def images_fit_the_driver(view: View) -> Iterator[Fault]:
    """Framework images run on the driver.

    Releases from 25.08 on hold CUDA 13 and need branch 580; from 25.01 on CUDA 12.8 and 570 (or 535 with the
    compatibility package).

    Source: https://docs.nvidia.com/deeplearning/frameworks/support-matrix/index.html
    """
    branch = view.spec.software.driver_branch
    for index, image in enumerate(view.spec.software.ngc):
        release = re.search(r":(\d{2}\.\d{2})-", image)
        if release and any(name in image for name in FRAMEWORKS):
            needed = CUDA_13_BRANCH if release[1] >= "25.08" else 535
            if branch < needed:
                summary = f"'{image}' needs driver {needed}, the spec has {branch}"
                yield Fault(("software", "ngc", index), summary, f"use r{needed}-open, or an older release")


@rule("RW-SW-020")
def licensed_images_are_licensed(view: View) -> Iterator[Fault]:
    """Images of NVIDIA AI Enterprise and NIM go with a licence.

    Source: https://docs.nvidia.com/ai-enterprise/latest/licensing-guide/; https://docs.nvidia.com/nim/
    """
    for index, image in enumerate(view.spec.software.ngc):
        paid = image.startswith(("nvcr.io/nim/", "nvcr.io/nvaie/", "nvcr.io/nvidia/nim"))
        if paid and "ai-enterprise" not in view.spec.software.licences:
            hint = "add ai-enterprise to software.licences"
            yield Fault(("software", "ngc", index), f"'{image}' needs an AI Enterprise licence", hint)


@rule("RW-SW-032")
def images_have_a_runtime(view: View) -> Iterator[Fault]:
    """Images go with a container runtime.

    Source: our own model: images are pulled by the runtime on each node
    """
    if view.spec.software.ngc and view.spec.software.containers == "none":
        count = len(view.spec.software.ngc)
        yield Fault(("software", "containers"), f"{count} images and no container runtime", "use containerd")


@rule("RW-SW-033", Severity.WARNING)
def containers_keep_their_gpus(view: View) -> Iterator[Fault]:
    """GPUs enter containers by the device interface (CDI).

    Otherwise containers lose them at any `systemctl daemon-reload`, in the middle of a job.

    Source: https://github.com/NVIDIA/nvidia-container-toolkit/issues/48, issue 1227
    """
    if view.nvidia_pools and view.spec.software.containers != "none" and not view.spec.software.cdi:
        yield Fault(("software", "cdi"), "cdi is false", "set it to true")
