"""Slurm, Kubernetes and the subnet manager: what of them runs on this machine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .reading import Unreadable, has, printed, settings, text
from .system import file_of

DAEMONS = ("slurmctld", "slurmd", "slurmdbd")
SLURM_FILES = {
    "munge.key": "/etc/munge/munge.key",
    "slurm.key": "/etc/slurm/slurm.key",
    "slurm.conf": "/etc/slurm/slurm.conf",
    "slurmdbd.conf": "/etc/slurm/slurmdbd.conf",
    "jwt_hs256.key": "/var/spool/slurmctld/jwt_hs256.key",
}
SECRET = ("password", "storagepass", "pass")
CONTROL = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")
KUBELET_FILES = ("/var/lib/kubelet/config.yaml", "/etc/kubernetes/kubelet.conf", "/etc/systemd/system/kubelet.service")


def slurm() -> dict[str, Any] | None:
    """None where no Slurm daemon is installed."""
    daemon = next((name for name in DAEMONS if has(name)), None)
    if daemon is None:
        return None
    found: dict[str, Any] = {
        "version": (re.search(r"\d+(\.\d+)+", printed(daemon, "-V")) or [""])[0],
        "settings": _slurm_settings("slurm.conf"),
        "cgroup": _slurm_settings("cgroup.conf"),
        "files": {name: one for name, path in SLURM_FILES.items() if (one := file_of(path)) is not None},
        "restApiUser": _user_of("slurmrestd"),
    }
    database = {key: value for key, value in settings(text("/etc/slurm/slurmdbd.conf")).items() if key not in SECRET}
    return {**found, "database": database} if database else found


def _slurm_settings(name: str) -> dict[str, str]:
    """Of a configless node the file lies where slurmd keeps its copy."""
    places = (f"/etc/slurm/{name}", f"/run/slurm/conf/{name}", f"/var/spool/slurmd/conf-cache/{name}")
    found = next((content for place in places if (content := text(place))), "")
    single = (
        line
        for line in found.splitlines()
        if not re.match(r"\s*(NodeName|PartitionName|NodeSet|DownNodes)=", line, re.I)
    )
    return {key: value for key, value in settings("\n".join(single)).items() if key not in SECRET}


def _processes() -> dict[str, list[str]]:
    """Program -> arguments of a running process of that name."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")[:-1]
        except OSError:
            continue
        if arguments:
            found[arguments[0].rpartition("/")[2]] = arguments[1:]
    return found


def _user_of(program: str) -> str | None:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, owner = (folder / "comm").read_text().strip(), (folder / "comm").owner()
        except (OSError, KeyError):
            continue
        if name == program[:15]:
            return owner
    return None


def components() -> list[dict[str, Any]] | None:
    """Parts of a Kubernetes control plane that run here; None where there are none."""
    running = _processes()
    found = [
        {"name": name, "arguments": running[name], "files": _control_files()} for name in CONTROL if name in running
    ]
    return found or None


def _control_files() -> dict[str, dict[str, str]]:
    folders = (Path("/etc/kubernetes/manifests"), Path("/etc/kubernetes/pki"), Path("/var/lib/etcd"))
    paths = [path for folder in folders if folder.is_dir() for path in (folder, *folder.glob("*"))]
    return {str(path): one for path in paths if (one := file_of(str(path))) is not None}


def kubelet() -> dict[str, Any] | None:
    """None where no kubelet is installed."""
    if not has("kubelet"):
        return None
    configuration = text(KUBELET_FILES[0])
    return {
        "config": _configuration(configuration),
        "files": {path: one for path in KUBELET_FILES if (one := file_of(path)) is not None},
        "serving": Path("/var/lib/kubelet/pki/kubelet-server-current.pem").exists(),
    }


def _configuration(content: str) -> dict[str, Any]:
    """A KubeletConfiguration that is JSON, which kubelet takes as well; YAML needs a library that hosts may lack."""
    try:
        found = json.loads(content)
    except ValueError as problem:
        raise Unreadable("the kubelet's configuration is not JSON") from problem
    return dict(found)


def subnet_manager() -> dict[str, Any] | None:
    """`policies.subjects.fabric.Subnet`, as far as opensm's files tell it; None where no opensm is set up."""
    content = text("/etc/opensm/opensm.conf")
    if not content:
        return None
    asked = dict(line.split(None, 1) for line in content.splitlines() if " " in line and not line.startswith("#"))
    partitions = text("/etc/opensm/partitions.conf")
    default = re.search(r"^Default=[^:]*:\s*(.*)$", partitions, re.M)
    paths = {name: f"/etc/opensm/{name}" for name in ("opensm.conf", "partitions.conf")}
    return {
        "managementKey": int(asked.get("m_key", "0"), 0) != 0,
        "keyProtection": int(asked.get("m_key_protection_level", "0"), 0),
        "keyLeaseSeconds": int(asked.get("m_key_lease_period", "0"), 0),
        "managerKey": int(asked.get("sm_key", "0"), 0) not in {0, 1},
        "enforcement": asked.get("part_enforce", "both").strip(),
        "defaultMembership": "full" if default and "ALL=full" in default.group(1).replace(" ", "") else "limited",
        "tenants": len(re.findall(r"^(?!Default)\w[\w-]*=0x", partitions, re.M)),
        "managers": [text("/etc/hostname").strip()],
        "files": {name: one for name, path in paths.items() if (one := file_of(path)) is not None},
    }
