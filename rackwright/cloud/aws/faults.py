"""The fault plan: which calls fail, how, and how often.

A YAML or JSON file that is read again when it changes: `seed` and a list `faults` of entries such as
``{service: ec2, action: RunInstances, error: InsufficientInstanceCapacity, status: 500, count: 2}``,
``{error: RequestLimitExceeded, status: 503, probability: 0.05}`` or ``{service: fsx, delay_s: 0.5}``.
"""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from rackwright.diagnostics import InputError, Problem


class Fault(BaseModel):
    """One kind of failure for the calls that `service` and `action` (shell patterns) match."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str = "*"
    action: str = "*"
    error: str = ""
    """AWS error code; empty means: only slow."""
    message: str = "injected"
    status: int = Field(default=400, ge=400, le=599)
    delay_s: float = Field(default=0, ge=0, le=600)
    """Seconds before the answer."""
    skip: int = Field(default=0, ge=0)
    """Matching calls that pass before the first failure."""
    count: int | None = Field(default=None, ge=0)
    """How often it strikes; None means always."""
    probability: float = Field(default=1, ge=0, le=1)


class Faults(BaseModel):
    """The whole plan. The same seed and the same order of calls give the same failures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    faults: tuple[Fault, ...] = ()


def load_faults(path: Path) -> Faults:
    """The plan in `path`; an empty plan when there is no such file. Raises `InputError` naming every mistake."""
    try:
        raw = YAML(typ="safe").load(path.read_text()) if path.exists() else {}
        return Faults.model_validate(raw or {})
    except ValidationError as wrong:
        problems = [Problem(f"{path} ({'.'.join(map(str, e['loc']))})", e["msg"]) for e in wrong.errors()]
        raise InputError(
            f"the fault plan has {len(problems)} mistake(s)", where=str(path), problems=problems
        ) from wrong
    except YAMLError as wrong:
        raise InputError(f"the fault plan is not YAML: {wrong}", where=str(path)) from wrong


class FaultPlan:
    """Says for each call whether it fails. Not thread-safe: ask under the emulator's lock."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._stamp = path, -1
        self._start(Faults())

    def _start(self, plan: Faults) -> None:
        self._plan = plan
        self._seen: Counter[int] = Counter()
        self._struck: Counter[int] = Counter()

    def next_for(self, service: str, action: str) -> Fault | None:
        """The fault that strikes this call, if any; the first that matches in the file's order."""
        self._read_again_when_changed()
        return next((f for n, f in enumerate(self._plan.faults) if self._strikes(n, f, service, action)), None)

    def _read_again_when_changed(self) -> None:
        if self._path is None:
            return
        stamp = self._path.stat().st_mtime_ns if self._path.exists() else 0
        if stamp != self._stamp:
            self._stamp = stamp
            self._start(load_faults(self._path))

    def _strikes(self, number: int, fault: Fault, service: str, action: str) -> bool:
        if not (fnmatchcase(service, fault.service) and fnmatchcase(action, fault.action)):
            return False
        self._seen[number] += 1
        over = fault.count is not None and self._struck[number] >= fault.count
        if over or self._seen[number] <= fault.skip or self._dice(number) >= fault.probability:
            return False
        self._struck[number] += 1
        return True

    def _dice(self, number: int) -> float:
        """A number in [0, 1) that depends on seed, fault and how many calls it has seen, and on nothing else."""
        digest = sha256(f"{self._plan.seed}/{number}/{self._seen[number]}".encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64
