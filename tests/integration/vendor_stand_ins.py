"""Stand-ins for what only NVIDIA's servers have, so that roles meet real packages, units, archives and answers.

Each says in its description and in what it prints that it is a stand-in; none of them does what it stands for.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rackwright.cloud.packages import Control, build_package
from rackwright.lock.model import Archive, Lock, Package

DRIVER = "550.163.01"
SLURM = "24.11.5"
KERNELS = (os.uname().release, "99.0.0-stand-in")
"""The kernel that machines run on, and one that they would boot next."""
SPANK = "usr/lib/x86_64-linux-gnu/slurm/spank_pyxis.so"
UNIT = """\
[Unit]
Description=Stand-in for {name}

[Service]
ExecStart=/usr/bin/sleep infinity

[Install]
WantedBy=multi-user.target
"""
MAKEFILE = "build/all_reduce_perf:\n\tmkdir -p build\n\tprintf '#!/bin/sh\\necho stand-in\\n' > $@\n\tchmod 755 $@\n"


def is_package_name(text: str) -> bool:
    """Whether apt takes `text` in the name of a package: releases of some kernels have capitals."""
    return re.fullmatch(r"[a-z0-9.+-]+", text) is not None


@dataclass(frozen=True)
class StandIn:
    """One package: its programs print a line, its units do nothing. Without a role no lock names it."""

    name: str
    version: str
    role: str
    programs: Mapping[str, str] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        return f"{self.name}_{self.version}_all.deb"

    def build(self, folder: Path) -> Path:
        content = {f"usr/bin/{name}": f"#!/bin/sh\necho '{said} (stand-in)'\n" for name, said in self.programs.items()}
        content |= {f"usr/lib/systemd/system/{unit}": UNIT.format(name=self.name) for unit in self.units}
        content |= {library: f"stand-in for {library}\n" for library in self.libraries}
        content[f"usr/share/doc/{self.name}/README"] = f"Stand-in for {self.name}: it does nothing.\n"
        files = {}
        for number, (path, text) in enumerate(content.items()):
            files[path] = folder / f"{self.name}-{number}"
            files[path].write_text(text)
        about = "It is made by the tests and does nothing."
        control = Control(self.name, self.version, "all", f"stand-in for {self.name}", about)
        return build_package(control, files, folder / self.file_name)


STAND_INS = (
    StandIn(
        *("nvidia-fabricmanager", f"{DRIVER}-1", "fabric_manager"),
        {"nv-fabricmanager": f"Fabric Manager version is : {DRIVER}"},
        ("nvidia-fabricmanager.service",),
    ),
    StandIn("nvidia-imex", f"{DRIVER}-1", "imex", units=("nvidia-imex.service",)),
    StandIn("nvidia-linux-grid-550", DRIVER, "vgpu", units=("nvidia-gridd.service",)),
    StandIn(
        "datacenter-gpu-manager-4-cuda12", "4.6.0-1", "dcgm", {"dcgmi": "version: 4.6.0"}, ("nvidia-dcgm.service",)
    ),
    StandIn(
        *("datacenter-gpu-manager-exporter", "4.8.3-1", "dcgm"),
        {"dcgm-exporter": "4.6.0-4.8.3"},
        ("nvidia-dcgm-exporter.service",),
    ),
    StandIn("nsight-compute-2024.3.0", "2024.3.0.15-1", "nsight", {"ncu": "Version 2024.3.0.15"}),
    StandIn("docker-ce", "29.4.3-1", "docker", units=("docker.service",)),
    StandIn("stand-in-persistenced", f"{DRIVER}-1", "", units=("nvidia-persistenced.service",)),
    *(StandIn(f"stand-in-headers-{kernel}", "1-1", "") for kernel in KERNELS if is_package_name(kernel)),
    StandIn("enroot", "4.2.1-1", "enroot", {"enroot": "4.2.1"}),
    StandIn("nvslurm-plugin-pyxis", f"0.24.0+slurm{SLURM}", "pyxis", libraries=(SPANK,)),
)


def build_all(folder: Path) -> dict[str, Path]:
    """File name -> package, of every stand-in."""
    folder.mkdir(parents=True, exist_ok=True)
    return {one.file_name: one.build(folder) for one in STAND_INS}


def source_archive(folder: Path, name: str) -> Path:
    """An archive like that of nccl-tests, whose build takes a moment and leaves a program that says what it is."""
    path = folder / f"{name}.tar.gz"
    with gzip.GzipFile(path, "wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        content = MAKEFILE.encode()
        member = tarfile.TarInfo(f"{name}/Makefile")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return path


def digest_of(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def with_vendor_software(lock: Lock, archive: Path, url: str) -> Lock:
    """`lock` with the stand-ins, Debian's own NCCL, and `archive` as that of nccl-tests."""
    packages = {
        one.name: Package(version=one.version, role=one.role, source="built", held=True)
        for one in STAND_INS
        if one.role
    }
    nccl = {"libnccl2": Package(version="2.22.3-1-1", role="nccl", held=True)}
    software = {
        "fabric-manager": DRIVER,
        "imex": DRIVER,
        "nccl": "2.22.3",
        "nsight-compute": "2024.3.0.15",
        "pyxis": "0.24.0",
        "slurm": SLURM,
    }
    tests = Archive(version="2.17.6", url=url, digest=digest_of(archive), role="acceptance_tools")
    return lock.model_copy(
        update={
            "packages": {**lock.packages, **packages, **nccl},
            "software": {**lock.software, **software},
            "archives": {"nccl-tests": tests},
        }
    )
