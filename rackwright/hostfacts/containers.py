"""Container runtime, NVIDIA container toolkit, and a registry that runs here."""

from __future__ import annotations

import grp
import re
import stat
from pathlib import Path
from typing import Any

from .reading import has, printed, text, texts

TOOLKIT = "/etc/nvidia-container-runtime/config.toml"
RUNTIMES = (
    ("containerd", "containerd", "--version"),
    ("docker", "dockerd", "--version"),
    ("enroot", "enroot", "version"),
)
SOCKETS = ("/run/docker.sock", "/run/containerd/containerd.sock")
CREDENTIALS = (".docker/config.json", ".config/enroot/.credentials", ".config/containers/auth.json", ".ngc/config")


def containers() -> dict[str, Any] | None:
    """None where no runtime is installed."""
    there = [(name, _version(program, flag)) for name, program, flag in RUNTIMES if has(program)]
    if not there:
        return None
    toolkit = text(TOOLKIT)
    socket = next((path for path in map(Path, SOCKETS) if path.exists()), None)
    return {
        "runtime": "+".join(name for name, _ in there),
        "version": there[0][1],
        "toolkit": _version("nvidia-ctk", "--version") if has("nvidia-ctk") else None,
        "acceptEnvvarUnprivileged": _switch(
            toolkit, "accept-nvidia-visible-devices-envvar-when-unprivileged", otherwise=True
        ),
        "acceptVolumeMounts": _switch(toolkit, "accept-nvidia-visible-devices-as-volume-mounts", otherwise=False),
        "noCgroups": _switch(toolkit, "no-cgroups", otherwise=False),
        "cudaCompatHook": not _switch(toolkit, "disable-cuda-compat-lib-hook", otherwise=False),
        "registries": _registries(),
        "socketMode": f"{stat.S_IMODE(socket.stat().st_mode):04o}" if socket else "0000",
        "socketGroup": _members(socket) if socket else [],
        "storedCredentials": _stored(),
    }


def _version(program: str, flag: str) -> str:
    found = re.search(r"\d+(\.\d+)+[\w.+~-]*", printed(program, flag))
    return found.group() if found else "unknown"


def _switch(config: str, name: str, *, otherwise: bool) -> bool:
    found = re.findall(rf"^\s*{name}\s*=\s*(true|false)", config, re.M)
    return found[-1] == "true" if found else otherwise


def _registries() -> list[dict[str, Any]]:
    hosts = {folder.name: text(str(folder / "hosts.toml")) for folder in Path("/etc/containerd/certs.d").glob("*")}
    listed = [
        {"host": name, "insecure": "skip_verify = true" in said or 'host."http://' in said}
        for name, said in sorted(hosts.items())
    ]
    insecure = re.search(r'"insecure-registries"\s*:\s*\[([^\]]*)\]', text("/etc/docker/daemon.json"))
    return listed + [
        {"host": name, "insecure": True} for name in re.findall(r'"([^"]+)"', insecure.group(1) if insecure else "")
    ]


def _members(socket: Path) -> list[str]:
    try:
        return list(grp.getgrgid(socket.stat().st_gid).gr_mem)
    except KeyError:
        return []


def _stored() -> list[str]:
    homes = [Path("/root"), *Path("/home").glob("*")]
    paths = [home / name for home in homes for name in CREDENTIALS]
    plain = re.compile(r'"auth"\s*:\s*"\S+"|apikey\s*=\s*\S+|password\s+\S+')
    return sorted(str(path) for path in paths if path.is_file() and plain.search(text(str(path))))


def registry() -> dict[str, Any] | None:
    """A registry server of the distribution; None where none is set up."""
    config = text("/etc/docker/registry/config.yml") or text("/etc/rackwright/registry.yml")
    if not config:
        return None
    address = re.search(r"^\s*addr:\s*(\S+)", config, re.M)
    upstream = re.findall(r"remoteurl:\s*(\S+)", config)
    return {
        "address": address.group(1) if address else ":5000",
        "tls": re.search(r"^\s*tls:\s*$", config, re.M) is not None,
        "authentication": re.search(r"^auth:\s*$", config, re.M) is not None,
        "anonymousPush": not re.search(r"^auth:\s*$", config, re.M)
        and not re.search(r"readonly:\s*\n\s*enabled:\s*true", config),
        "deletion": re.search(r"delete:\s*\n\s*enabled:\s*true", config) is not None,
        "proxy": bool(upstream),
        "upstreams": upstream,
        "byDigest": "byDigest: true" in texts("/etc/rackwright", "registry*.yml"),
    }
