#!/usr/bin/env python3
"""Bring the GPUs of this node to what the design says: ``rackwright-gpus settings|mig check|apply``.

It asks nvidia-smi how every GPU is, decides what is missing, and does only that. ``check`` changes nothing.
Exit status: 0 as wanted, 1 not as wanted (check) or not possible (apply; what is left is said), 3 a boot is needed.

The layout of MIG follows mig-parted: first the mode, then the instances, each at its declared place; what is there is
compared as a whole, and a GPU that differs is emptied and filled anew.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SETTINGS = Path("/etc/rackwright/gpu-settings.json")
LAYOUT = Path("/etc/rackwright/mig.json")
APPLIED = Path("/run/rackwright-gpu-clocks.json")
"""Clocks that were locked since the boot; nvidia-smi cannot be asked for them."""

BOOT_NEEDED = 3
SMI = "nvidia-smi"
MODES = {"default": "Default", "exclusive-process": "Exclusive_Process", "prohibited": "Prohibited"}
"""Compute mode as the design names it -> as nvidia-smi does."""
FIELDS = "index,power.limit,compute_mode,ecc.mode.current,ecc.mode.pending,mig.mode.current,mig.mode.pending"
_INSTANCE = re.compile(r"\|\s+(\d+)\s+MIG (\S+)\s+\d+\s+(\d+)\s+(\d+):(\d+)\s+\|")

Command = list[str]
Wanted = dict[str, Any]
Run = Callable[[Sequence[str]], "str | None"]
"""Runs a command; its output, or None where it was refused."""


@dataclass(frozen=True)
class Gpu:
    """How one GPU is."""

    index: int
    power_limit_w: float | None
    compute_mode: str
    ecc: str
    ecc_next: str
    """From the next boot on."""
    mig: str
    mig_next: str
    """After a reset."""


def read_gpus(text: str) -> list[Gpu]:
    """GPUs in the CSV that nvidia-smi prints for `FIELDS`; what a GPU does not have is ``[N/A]``."""
    rows = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    return [Gpu(int(row[0]), _number(row[1]), *row[2:7]) for row in rows]


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[\d.]+", text) else None


def read_instances(text: str) -> dict[int, list[str]]:
    """GPU -> its instances as ``profile:start``, from the table of ``nvidia-smi mig -lgi``."""
    found: dict[int, list[str]] = {}
    for match in _INSTANCE.finditer(text):
        found.setdefault(int(match[1]), []).append(f"{match[2]}:{match[4]}")
    return {gpu: sorted(instances) for gpu, instances in found.items()}


def plan_settings(gpus: Iterable[Gpu], wanted: Wanted, locked: Wanted) -> list[Command]:
    """Commands that make settings as `wanted`; `locked` are the clocks that hold already."""
    clocks = plan_clocks(wanted, locked)
    return [*(command for gpu in gpus for command in _settings_of(gpu, wanted)), *clocks.values()]


def plan_clocks(wanted: Wanted, locked: Wanted) -> dict[str, Command]:
    """Option of nvidia-smi -> command for each clock that is to be held, held elsewhere, or no longer."""
    clocks = clocks_of(wanted)
    hold = {flag: [SMI, f"--{flag}={mhz},{mhz}"] for flag, mhz in clocks.items() if locked.get(flag) != mhz}
    free = {flag: [SMI, f"--{flag.replace('lock', 'reset', 1)}"] for flag in sorted(locked.keys() - clocks.keys())}
    return hold | free


def clocks_of(wanted: Wanted) -> dict[str, int]:
    """Option of nvidia-smi -> clock in MHz, for the clocks that the design holds."""
    both = {"lock-gpu-clocks": wanted.get("graphics_clock_mhz"), "lock-memory-clocks": wanted.get("memory_clock_mhz")}
    return {flag: mhz for flag, mhz in both.items() if mhz}


def _settings_of(gpu: Gpu, wanted: Wanted) -> list[Command]:
    one = [SMI, "-i", str(gpu.index)]
    commands = []
    limit = wanted.get("power_limit_w")
    if limit and gpu.power_limit_w is not None and round(gpu.power_limit_w) != limit:
        commands.append([*one, f"--power-limit={limit}"])
    mode = MODES[wanted.get("compute_mode") or "default"]
    if gpu.compute_mode not in {mode, "[N/A]"}:
        commands.append([*one, f"--compute-mode={mode.upper()}"])
    ecc = "Enabled" if wanted.get("ecc", True) else "Disabled"
    if gpu.ecc_next in {"Enabled", "Disabled"} and gpu.ecc_next != ecc:
        commands.append([*one, f"--ecc-config={int(ecc == 'Enabled')}"])
    return commands


def plan_mode(gpus: Iterable[Gpu], *, divided: bool) -> list[Command]:
    """Commands that turn MIG on or off where it is not so."""
    wanted = "Enabled" if divided else "Disabled"
    able = [gpu for gpu in gpus if gpu.mig_next in {"Enabled", "Disabled"}]
    return [[SMI, "-i", str(gpu.index), "-mig", str(int(divided))] for gpu in able if gpu.mig_next != wanted]


def plan_reset(gpus: Iterable[Gpu]) -> list[Command]:
    """Resets of the GPUs whose mode waits for one."""
    return [[SMI, "--gpu-reset", "-i", str(gpu.index)] for gpu in gpus if gpu.mig != gpu.mig_next]


def plan_instances(gpus: Iterable[Gpu], there: dict[int, list[str]], create: Sequence[str]) -> list[Command]:
    """Commands that fill every divided GPU with `create` (``profile:start``), in that order."""
    commands = []
    for gpu in gpus:
        now = there.get(gpu.index, [])
        if gpu.mig != "Enabled" or now == sorted(create):
            continue
        one = [SMI, "mig", "-i", str(gpu.index)]
        commands += [[*one, "-dci"], [*one, "-dgi"]] if now else []
        commands += [[*one, "-cgi", ",".join(create), "-C"]] if create else []
    return commands


def needs_boot(gpus: Iterable[Gpu]) -> bool:
    """Whether a setting waits for the next boot."""
    return any(gpu.ecc != gpu.ecc_next for gpu in gpus)


def settings(run: Run, *, apply: bool) -> int:
    """Check the settings, or make them so."""
    wanted, locked = json.loads(SETTINGS.read_text()), _locked()
    if not apply:
        return _told(plan_settings(look(run), wanted, locked))
    for command in plan_settings(look(run), wanted, dict(clocks_of(wanted))):
        run(command)
    for flag, command in plan_clocks(wanted, locked).items():
        if run(command) is not None:  # a refused clock is no clock that holds
            locked.pop(flag, None)
            locked |= {name: mhz for name, mhz in clocks_of(wanted).items() if name == flag}
    APPLIED.write_text(json.dumps(locked))
    gpus = look(run)
    return _told(plan_settings(gpus, wanted, locked)) or (BOOT_NEEDED if needs_boot(gpus) else 0)


def mig(run: Run, *, apply: bool) -> int:
    """Check the layout, or make it so; mode first, then a reset where it waits for one, then the instances."""
    create = json.loads(LAYOUT.read_text())["create"]
    if not apply:
        gpus = look(run)
        return _told([*plan_mode(gpus, divided=bool(create)), *plan_reset(gpus), *_instances(run, gpus, create)])
    for command in plan_mode(look(run), divided=bool(create)):
        run(command)
    for command in plan_reset(look(run)):
        run(command)
    gpus = look(run)
    if plan_reset(gpus):
        return BOOT_NEEDED
    for command in _instances(run, gpus, create):
        run(command)
    return _told(_instances(run, look(run), create))


def look(run: Run) -> list[Gpu]:
    """How the GPUs are now."""
    return read_gpus(run([SMI, f"--query-gpu={FIELDS}", "--format=csv,noheader,nounits"]) or "")


def _instances(run: Run, gpus: list[Gpu], create: Sequence[str]) -> list[Command]:
    return plan_instances(gpus, read_instances(run([SMI, "mig", "-lgi"]) or ""), create)


def _told(commands: Sequence[Command]) -> int:
    sys.stdout.writelines(f"to do: {' '.join(command)}\n" for command in commands)
    return 1 if commands else 0


def _locked() -> Wanted:
    return dict(json.loads(APPLIED.read_text())) if APPLIED.is_file() else {}


def really(command: Sequence[str]) -> str | None:
    """Run `command`; its output. A refusal is shown and leaves the rest to go on: the last look decides."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0 and "No GPU instances found" not in done.stdout + done.stderr:
        sys.stderr.write(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}\n")
        return None
    return done.stdout


def main(arguments: Sequence[str]) -> int:
    """Entry point."""
    match list(arguments):
        case ["settings", "check" | "apply" as verb]:
            return settings(really, apply=verb == "apply")
        case ["mig", "check" | "apply" as verb]:
            return mig(really, apply=verb == "apply")
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
