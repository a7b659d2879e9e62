"""What goes into a run of the engine and what it gives back: options, plans, results, events. Values only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from rackwright.diagnostics import CapacityError, ClusterError, PolicyRefused, Problem, StepFailed
from rackwright.engine.backend import FileBackend
from rackwright.engine.properties import Secret
from rackwright.engine.step import QUIET, Op, PlannedStep
from rackwright.engine.urn import StackRef


class EventKind(StrEnum):
    """What an `Event` tells."""

    PLANNED = "planned"
    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"
    LOG = "log"
    DIAGNOSTIC = "diagnostic"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened during a run. Events come from several threads."""

    kind: EventKind
    step: PlannedStep | None = None
    message: str = ""
    elapsed_s: float = 0.0
    """Duration of a finished or failed step, in seconds."""


def ignore(event: Event) -> None:
    """Listen to nothing."""
    del event


@dataclass(frozen=True, slots=True)
class Options:
    """One run of one program on one stack."""

    stack: StackRef
    program: Path | Callable[[], object]
    """Main file or folder of the Pulumi program, or a function that declares resources."""
    backend: FileBackend
    providers: Mapping[str, Callable[[], object]]
    """Package name (``aws``) -> maker of a `ResourceProviderServicer`."""
    config: Mapping[str, str] = field(default_factory=dict)
    """``project:key`` -> value, as in ``Pulumi.<stack>.yaml``."""
    secret_config: frozenset[str] = frozenset()
    analyzers: Sequence[object] = ()
    """Policy packs in the shape of `AnalyzerServicer`."""
    parallel: int = 8
    """Most steps at a time."""
    on_event: Callable[[Event], None] = ignore
    allow_replace: frozenset[str] = frozenset()
    """URNs of guarded resources that this run may replace or delete."""
    stateful_types: frozenset[str] = frozenset()
    """Type tokens that are guarded as if each were protected."""
    unprotect: bool = False
    """For `destroy`: delete protected resources too."""


@dataclass(frozen=True, slots=True)
class PolicyDiagnostic:
    """What a policy pack said about a resource, or about the stack (then `urn` is empty)."""

    policy: str
    pack: str
    message: str
    enforcement: str
    """``mandatory`` or ``advisory``."""
    severity: str
    """``low`` to ``critical``, or ``unspecified``."""
    urn: str = ""
    description: str = ""

    @property
    def mandatory(self) -> bool:
        """Whether it stops an apply."""
        return self.enforcement == "mandatory"


@dataclass(frozen=True, slots=True)
class FailedStep:
    """A step that was refused or broke."""

    urn: str
    op: Op
    message: str
    capacity: bool = False
    """The provider lacks capacity, or a quota is too small."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    steps: tuple[PlannedStep, ...] = ()
    diagnostics: tuple[PolicyDiagnostic, ...] = ()
    outputs: Mapping[str, object] = field(default_factory=dict)
    """Stack outputs; a secret one is a `Secret`, one not known yet is `UNKNOWN`."""

    def counts(self) -> dict[Op, int]:
        """Steps by kind."""
        return dict(sorted(Counter(step.op for step in self.steps).items()))

    @property
    def unchanged(self) -> bool:
        """Whether no step changes anything."""
        return all(step.op in QUIET for step in self.steps)

    def as_json(self) -> str:
        """The same bytes for the same value; nothing secret in it."""
        return json.dumps(self.as_dict(), indent=2, default=_shown) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self, dict_factory=_plain) | {"counts": {str(op): n for op, n in self.counts().items()}}


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: dict(value) if isinstance(value, Mapping) else value for key, value in items}


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, Secret) else str(value)


@dataclass(frozen=True, slots=True)
class Plan(_Outcome):
    """What `up` would do."""

    refusals: tuple[Problem, ...] = ()
    """Guarded resources that the plan would delete or replace; `up` refuses them without ``--allow-replace``."""

    @property
    def refused(self) -> bool:
        """Whether a mandatory policy failed: such a plan must not be applied."""
        return any(diagnostic.mandatory for diagnostic in self.diagnostics)


@dataclass(frozen=True, slots=True)
class Result(_Outcome):
    """What was done."""

    failed: tuple[FailedStep, ...] = ()

    def error(self) -> ClusterError | None:
        """The error that stands for what failed, None when all went well."""
        mandatory = [diagnostic for diagnostic in self.diagnostics if diagnostic.mandatory]
        if mandatory and not self.failed:
            first = mandatory[0]
            return PolicyRefused(f"{first.policy}: {first.message}", where=first.urn or None)
        if not self.failed:
            return None
        kind = CapacityError if any(step.capacity for step in self.failed) else StepFailed
        told = next((step for step in self.failed if step.capacity), self.failed[0])
        more = f" (and {len(self.failed) - 1} more)" if len(self.failed) > 1 else ""
        hint = "everything done before is recorded; run the same command again to go on"
        return kind(f"could not {told.op} {told.urn}: {told.message}{more}", where=told.urn, hint=hint)
