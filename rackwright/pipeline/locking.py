"""``rw lock``: resolve a stack's software set, show what differs from its lock, check the lock's age and safety."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from rackwright.catalog import load_catalog
from rackwright.catalog.software import load_software
from rackwright.design import design_cluster
from rackwright.design.wants import wants_of
from rackwright.diagnostics import InputError, Problem
from rackwright.lock import Change, Lock, Resolution, check, difference, dump_lock, load_lock, lock_path, resolve
from rackwright.spec import find_stack, load_spec


@dataclass(frozen=True, slots=True)
class Resolved:
    """The lock that a stack should have, beside the one it has."""

    path: Path
    """File of the lock."""
    old: Lock | None
    resolution: Resolution
    changes: tuple[Change, ...]
    """From the old lock to the resolved one; everything is added where there was none."""

    def write(self) -> None:
        """Write the resolved lock, whole or not at all."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(dump_lock(self.resolution.lock))
        fresh.replace(self.path)


def resolve_stack(root: Path, name_or_path: str, today: dt.date) -> Resolved:
    """Resolve the software of a stack; raises `InputError` with a smallest contradiction when nothing fits."""
    stack = find_stack(name_or_path, root)
    spec = load_spec(stack)
    path = lock_path(stack)
    old = load_lock(path) if path.exists() else None
    design = design_cluster(spec, load_catalog())
    wants = wants_of(design, spec.software, old.images if old else None, slurm=spec.slurm, kubernetes=spec.kubernetes)
    resolution = resolve(wants, load_software(), today)
    changes = difference(old or Lock(os=resolution.lock.os), resolution.lock)
    return Resolved(path, old, resolution, changes)


def check_lock(root: Path, name_or_path: str, today: dt.date) -> tuple[Problem, ...]:
    """What is past its end of life or below a security floor in a stack's lock; `InputError` when it has none."""
    path = lock_path(find_stack(name_or_path, root))
    if not path.exists():
        raise InputError(f"there is no lock {path.name}", where=str(path), hint=f"./rw lock {name_or_path}")
    return check(load_lock(path), load_software(), today)
