"""GPUs as the driver shows them. A machine without a driver has none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from .reading import Unreadable, has, number, printed, text

QUERY = ("uuid", "name", "ecc.mode.current", "mig.mode.current", "compute_mode")


def gpus() -> dict[str, Any] | None:
    """Driver, its settings and each GPU; None where no driver is loaded."""
    version = text("/sys/module/nvidia/version").strip()
    if not version:
        return None
    found: dict[str, Any] = {
        "driver": version,
        "openModule": "Open Kernel Module" in text("/proc/driver/nvidia/version"),
        "persistence": _runs("nvidia-persistenced"),
        "nvswitch": bool(list(Path("/proc/driver/nvidia-nvswitch/devices").glob("*"))),
        "profilingAdminOnly": number(_parameter("RmProfilingAdminOnly"), 1) == 1,
        "dcgm": _version("dcgmi", "--version") if _runs("nvidia-dcgm") else None,
        "exporterAddress": _exporter(),
        "devices": _devices(),
    }
    return {
        **found,
        "fabricManager": _version("nv-fabricmanager", "--version") if _runs("nvidia-fabricmanager") else None,
    }


def _runs(unit: str) -> bool:
    return printed("systemctl", "is-active", unit, codes=(0, 1, 2, 3, 4)).strip() == "active"


def _parameter(name: str) -> str | None:
    found = re.search(rf"^{name}:\s*(\S+)", text("/proc/driver/nvidia/params"), re.M)
    return found.group(1) if found else None


def _version(program: str, flag: str) -> str | None:
    found = re.search(r"\d+(\.\d+)+", printed(program, flag)) if has(program) else None
    return found.group() if found else None


def _exporter() -> str | None:
    found = re.search(r"(\S+):9400\s.*dcgm-exporter", printed("ss", "-H", "-tlnp"))
    return found.group(1).strip("[]") if found else None


def _devices() -> list[dict[str, Any]]:
    if not has("nvidia-smi"):
        raise Unreadable("nvidia-smi is not installed")
    rows = printed("nvidia-smi", f"--query-gpu={','.join(QUERY)}", "--format=csv,noheader").splitlines()
    slices = _slices()
    return [_device([cell.strip() for cell in row.split(",")], slices) for row in rows if row.strip()]


def _device(row: list[str], slices: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    uuid, model, ecc, mig, mode = row
    return {
        "uuid": uuid,
        "model": model,
        "ecc": ecc == "Enabled",
        "mig": mig == "Enabled",
        "instances": slices.get(uuid, []),
        "computeMode": mode,
    }


def _slices() -> dict[str, list[dict[str, Any]]]:
    """UUID of a GPU -> its MIG slices, from ``nvidia-smi -L``."""
    found: dict[str, list[dict[str, Any]]] = {}
    here = ""
    for line in printed("nvidia-smi", "-L").splitlines():
        if whole := re.search(r"^GPU \d+:.*\(UUID: (GPU-[^)]+)\)", line):
            here = whole.group(1)
        elif part := re.search(r"^\s+MIG (\S+)", line):
            found.setdefault(here, []).append({"profile": part.group(1)})
    return found
