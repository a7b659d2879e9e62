"""Secrets that only a person can give: the key of NGC, the token of a licence server.

Each comes from a file that only its owner may read, or from the environment; never from the spec, an argument or a log.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rackwright.design.model import Design
from rackwright.diagnostics import InputError, Problem

_OTHERS = 0o077
"""Rights of anybody but the owner."""


@dataclass(frozen=True, slots=True)
class Given:
    """One secret that has to be given."""

    variable: str
    """Variable of the role that takes it."""
    name: str
    """Name of the file in the stack's folder of secrets."""
    where: str
    """Key of the spec that asks for it."""

    @property
    def environment(self) -> str:
        """Environment variable that may hold it: ``RW_NGC_KEY``."""
        return f"RW_{self.variable.upper()}"


def wanted_secrets(design: Design) -> Iterator[Given]:
    """Secrets that the cluster of `design` needs of a person; a rehearsal needs none of them."""
    if design.target == "local":
        return
    if design.software.ngc_secret:
        yield Given("ngc_key", "ngc-key", "software.ngc_secret")
    if any(pool.gpu_settings.vgpu for pool in design.pools):
        yield Given("vgpu_token", "vgpu-token", "pools.<pool>.gpus.vgpu")


def given_secrets(folder: Path, design: Design, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variable -> secret. `InputError` names every one that is missing and the ways to give it."""
    wanted = list(wanted_secrets(design))
    found = {one.variable: environment.get(one.environment) or _read(folder / one.name) for one in wanted}
    missing = [
        Problem(
            where=one.where,
            summary=f"{one.variable} is not given",
            hint=f"write it into {folder / one.name} (mode 0600), or set {one.environment}",
        )
        for one in wanted
        if not found[one.variable]
    ]
    if missing:
        raise InputError("configuration needs secrets that are not given", problems=missing)
    return found


def _read(path: Path) -> str:
    """Text of the file; an empty text when there is none. `InputError` when others may read it."""
    if not path.is_file():
        return ""
    if path.stat().st_mode & _OTHERS:
        raise InputError("a secret can be read by others", where=str(path), hint=f"chmod 0600 {path}")
    return path.read_text().strip()
