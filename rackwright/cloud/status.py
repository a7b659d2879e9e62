"""What the local cloud says about itself, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class MachineStatus:
    """One machine, as a person or a later stage needs it."""

    instance_id: str
    name: str
    address: str
    state: str
    """``starting``, ``running`` or ``failed``."""
    boot_s: float | None = None
    """Seconds from the last start until ssh answered."""
    error: str = ""
    """Why it failed."""

    def as_json(self) -> dict[str, object]:
        """The fields, as JSON can hold them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CloudStatus:
    """The local cloud: whether it runs, where its parts are and what became of the machines."""

    running: bool
    endpoint: str = ""
    """URL of the AWS API; empty where it does not run."""
    machines: tuple[MachineStatus, ...] = ()
    not_rehearsed_reason: str | None = None
    """Why there are no machines here, or not all."""
    not_rehearsed: tuple[str, ...] = ()
    """Instances without a machine because of the cap."""
    apt_proxy: str = ""
    apt_repo: str = ""
    registry: str = ""
    preparing: tuple[str, ...] = ()
    """Packages that are being built for the machines."""
    problems: tuple[str, ...] = ()
    """What the background process complains about, one line each."""

    @property
    def has_machines(self) -> bool:
        """Whether instances get machines here at all."""
        return bool(self.apt_proxy)

    def as_json(self) -> dict[str, object]:
        """The fields, as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> CloudStatus:
        """The status that `as_json` wrote."""
        machines = tuple(MachineStatus(**one) for one in fields.get("machines", ()))
        lists = {name: tuple(fields.get(name, ())) for name in ("not_rehearsed", "preparing", "problems")}
        return cls(**{**fields, **lists, "machines": machines})


def write_status(path: Path, status: CloudStatus) -> None:
    """Write the status whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(status.as_json(), indent=2) + "\n")
    new.replace(path)


def read_status(path: Path) -> CloudStatus | None:
    """The status last written, or None when there is none that can be read."""
    try:
        return CloudStatus.from_json(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
