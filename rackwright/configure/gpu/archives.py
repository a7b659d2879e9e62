"""Archives of the lock as roles take them, and how the measuring programs are built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rackwright.design.node_model import NodeSoftware
from rackwright.lock.model import Lock

FOLDER = "/opt/rackwright"
"""Where archives are unpacked and built."""

_CUDA = "CUDA_HOME=/usr/local/cuda-{cuda}"
_BUILDS: Mapping[str, tuple[str, Sequence[Sequence[str]]]] = {
    "nccl-tests": ("build/all_reduce_perf", (("make", "--jobs=4", _CUDA, "MPI=0"),)),
    "nvbandwidth": (
        "build/nvbandwidth",
        (
            ("cmake", "-S", ".", "-B", "build", "-DCMAKE_CUDA_COMPILER=/usr/local/cuda-{cuda}/bin/nvcc"),
            ("cmake", "--build", "build", "--parallel", "4"),
        ),
    ),
}
"""Program -> what a build leaves, and its commands; both from the README of each source."""

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


def builds(lock: Lock, software: NodeSoftware) -> list[dict[str, object]]:
    """The measuring programs with their folders and the commands that build them."""
    return [{**archive, **_build(archive, lock)} for archive in archives_of("acceptance_tools", lock, software)]


def _build(archive: Mapping[str, object], lock: Lock) -> dict[str, object]:
    program, commands = _BUILDS[str(archive["name"])]
    folder = f"{FOLDER}/{archive['name']}/{archive['release']}"
    cuda = ".".join(lock.software.get("cuda", "").split(".")[:2])
    filled = [[word.format(cuda=cuda) for word in command] for command in commands]
    return {"folder": folder, "program": f"{folder}/{program}", "build": filled}
