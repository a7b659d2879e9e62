"""The fault plan: which calls fail, how, and how often.

A YAML or JSON file that is read again when it changes: `seed`, `time_scale` and a list `faults` of entries such as
``{error: capacity, service: ec2, action: RunInstances, count: 2}``, ``{error: throttled, probability: 0.05}``,
``{service: fsx, delay_s: 0.5}`` or ``{action: CreateVpc, connection: cut}``. It holds for the API's callers and for
the launches that a service makes by itself: an auto-scaling group asks as ``ec2:RunInstances`` too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from rackwright.cloud.aws.fault_errors import Wording, worded
from rackwright.diagnostics import InputError, Problem

FAULTS_PATH = "/rackwright/faults"
"""Where the emulator tells how often each fault of the plan has struck; no AWS API has this path."""


class Fault(BaseModel):
    """One kind of failure for the calls that `service` and `action` (shell patterns) match."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str = "*"
    action: str = "*"
    error: str = ""
    """``capacity``, ``throttled``, ``internal``, ``unavailable``, ``expired``, or an AWS error code; empty: none."""
    message: str = ""
    """None takes the usual one of the error."""
    status: int | None = Field(default=None, ge=400, le=599)
    """HTTP status; None takes the usual one of the error."""
    delay_s: float = Field(default=0, ge=0, le=600)
    """Seconds before the answer."""
    connection: Literal["whole", "silent", "cut"] = "whole"
    """``silent``: accepted and never answered; ``cut``: closed in the middle of the answer."""
    carried_out: bool | None = None
    """Whether the call takes effect although its answer is lost; None: yes where it is cut, no where it is silent."""
    skip: int = Field(default=0, ge=0)
    """Matching calls that pass before the first failure."""
    count: int | None = Field(default=None, ge=0)
    """How often it strikes; None means always."""
    probability: float = Field(default=1, ge=0, le=1)

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.error and not self.delay_s and self.connection == "whole":
            raise ValueError("it would do nothing: give an error, a delay_s or a connection")
        if self.error and self.connection != "whole":
            raise ValueError(f"a {self.connection} connection brings no error {self.error!r}: give one of the two")
        return self

    def worded(self, service: str) -> Wording:
        """The error in the words of `service`."""
        usual = worded(self.error, service)
        return Wording(usual.code, self.status or usual.status, f"fault plan: {self.message or usual.message}")

    @property
    def takes_effect(self) -> bool:
        """Whether the call is carried out although its answer is lost."""
        return self.connection == "cut" if self.carried_out is None else self.carried_out


class Faults(BaseModel):
    """The whole plan. The same seed and the same order of calls give the same failures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    time_scale: float = Field(default=0, ge=0, le=1)
    """Seconds here for each second that something takes on AWS to come, change or go; 0: no time at all."""
    quotas: Mapping[str, Annotated[float, Field(ge=0)]] = {}
    """Quota of the account by Service Quotas' code (``L-417A185B: 384``); others are high."""
    faults: tuple[Fault, ...] = ()


def load_faults(path: Path) -> Faults:
    """The plan in `path`; an empty plan when there is no such file. Raises `InputError` naming every mistake."""
    try:
        raw = YAML(typ="safe").load(path.read_text()) if path.exists() else {}
        return Faults.model_validate(raw or {})
    except ValidationError as wrong:
        problems = [Problem(_place(path, e["loc"]), e["msg"].removeprefix("Value error, ")) for e in wrong.errors()]
        raise InputError(
            f"the fault plan has {len(problems)} mistake(s)", where=str(path), problems=problems
        ) from wrong
    except YAMLError as wrong:
        raise InputError(f"the fault plan is not YAML: {wrong}", where=str(path)) from wrong


def _place(path: Path, location: Sequence[int | str]) -> str:
    return f"{path} ({'.'.join(map(str, location))})" if location else str(path)


def save_faults(path: Path, plan: Faults) -> None:
    """Write the plan, whole or not at all; a running emulator takes it up with its next call."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(plan.model_dump_json(indent=2, exclude_defaults=True) + "\n")
    fresh.replace(path)


Key = tuple[Fault, int]
"""A fault and how many equal ones stand before it: what it is counted by, wherever it stands in the plan."""


class FaultPlan:
    """Says for each call whether it fails. Not thread-safe: ask under the emulator's lock."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._stamp = path, (-1, -1)
        self.plan = Faults()
        self._keys: tuple[Key, ...] = ()
        self._seen: Counter[Key] = Counter()
        self._struck: Counter[Key] = Counter()

    def _start(self, plan: Faults) -> None:
        """Take `plan`; faults that were in the last one too go on counting."""
        self.plan = plan
        before: Counter[Fault] = Counter()
        keys = []
        for fault in plan.faults:
            keys.append((fault, before[fault]))
            before[fault] += 1
        self._keys = tuple(keys)
        for counts in (self._seen, self._struck):
            for gone in set(counts) - set(keys):
                del counts[gone]

    def read(self) -> Faults:
        """The plan as the file has it now. Raises `InputError` for a broken one."""
        if self._path is None:
            return self.plan
        found = self._path.stat() if self._path.exists() else None
        stamp = (found.st_mtime_ns, found.st_ino) if found else (0, 0)
        if stamp != self._stamp:
            self._start(load_faults(self._path))
            self._stamp = stamp
        return self.plan

    def next_for(self, service: str, action: str) -> Fault | None:
        """The fault that strikes this call, if any; the first that matches in the file's order."""
        self.read()
        return next((key[0] for key in self._keys if self._strikes(key, service, action)), None)

    def struck(self) -> list[int]:
        """How often each fault of the plan has struck, in the plan's order."""
        return [self._struck[key] for key in self._keys]

    def _strikes(self, key: Key, service: str, action: str) -> bool:
        fault = key[0]
        if not (fnmatchcase(service, fault.service) and fnmatchcase(action, fault.action)):
            return False
        self._seen[key] += 1
        over = fault.count is not None and self._struck[key] >= fault.count
        if over or self._seen[key] <= fault.skip or self._dice(key) >= fault.probability:
            return False
        self._struck[key] += 1
        return True

    def _dice(self, key: Key) -> float:
        """A number in [0, 1) that depends on seed, fault and how many calls it has seen, and on nothing else."""
        text = f"{self.plan.seed}/{key[0].model_dump_json()}/{key[1]}/{self._seen[key]}"
        return int.from_bytes(sha256(text.encode()).digest()[:8], "big") / 2**64
