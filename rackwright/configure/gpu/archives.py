"""Archives of the lock as roles take them, and how the measuring programs are built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rackwright.design.node_model import NodeSoftware
from rackwright.lock.model import Lock

FOLDER = "/opt/rackwright"
"""Where archives are unpacked and built."""

_CUDA = "CUDA_HOME=/usr/local/cuda-{cuda}"
_BUILDS: Mapping[str, tuple[str, Sequence[Sequence[str]]]] = {
    "nccl-tests": ("build/all_reduce_perf", (("make", "--jobs=4", _CUDA, "MPI=0", "NVCC_GENCODE={gencode}"),)),
    "nvbandwidth": (
        "build/nvbandwidth",
        (
            (
                *("cmake", "-S", ".", "-B", "build", "-DCMAKE_CUDA_COMPILER=/usr/local/cuda-{cuda}/bin/nvcc"),
                "-DCMAKE_CUDA_ARCHITECTURES={architectures}",
            ),
            ("cmake", "--build", "build", "--parallel", "4"),
        ),
    ),
}
"""Program -> what a build leaves, and its commands; both from the README of each source. They were run with nvcc 13.5
on nccl-tests 2.17.6 and nvbandwidth 0.8. Code is made for the cluster's own GPUs only: for all of those that CUDA
knows, nccl-tests takes several times as long."""

BUILD_PACKAGES: Mapping[str, list[str]] = {
    "debian": ["cmake", "g++", "libboost-program-options-dev", "make"],
    "ubuntu": ["cmake", "g++", "libboost-program-options-dev", "make"],
    "rocky": ["boost-devel", "cmake", "gcc-c++", "make"],
}
"""Distribution -> packages that a build needs beside CUDA's."""


def archives_of(role: str, lock: Lock, software: NodeSoftware) -> list[dict[str, object]]:
    """Archives that `role` takes, by name; from the site's mirror where there is one."""
    return [
        {"name": name, "release": archive.version, "url": mirrored(archive.url, software), "digest": archive.digest}
        for name, archive in sorted(lock.archives.items())
        if archive.role == role
    ]


def mirrored(url: str, software: NodeSoftware) -> str:
    """Address of the file at `url`: the mirror keeps files of archives by their own names."""
    if software.package_source != "mirror" or not software.mirror:
        return url
    return f"{software.mirror.rstrip('/')}/files/{url.rpartition('/')[2]}"


def builds(lock: Lock, software: NodeSoftware, capabilities: Iterable[str]) -> list[dict[str, object]]:
    """The measuring programs with their folders and the commands that build them.

    `capabilities` are the compute capabilities of the cluster's GPUs (``9.0``).
    """
    places = _places(lock, capabilities)
    return [{**archive, **_build(archive, places)} for archive in archives_of("acceptance_tools", lock, software)]


def _places(lock: Lock, capabilities: Iterable[str]) -> dict[str, str]:
    numbers = sorted({capability.replace(".", "") for capability in capabilities}, key=int)
    return {
        "cuda": ".".join(lock.software.get("cuda", "").split(".")[:2]),
        "architectures": ";".join(numbers),
        "gencode": " ".join(f"-gencode=arch=compute_{number},code=sm_{number}" for number in numbers),
    }


def _build(archive: Mapping[str, object], places: Mapping[str, str]) -> dict[str, object]:
    program, commands = _BUILDS[str(archive["name"])]
    folder = f"{FOLDER}/{archive['name']}/{archive['release']}"
    filled = [[word.format(**places) for word in command] for command in commands]
    return {"folder": folder, "program": f"{folder}/{program}", "build": filled}
