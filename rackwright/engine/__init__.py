"""Embedded Pulumi-protocol engine for the local cloud, used where there is no pulumi CLI. Knows nothing of clusters.

Main functions: `preview`, `up`, `destroy`, `refresh` on `Options`. Deciding is pure (`step`), carrying out is thin
(`executor`), everything is recorded before and after it is done (`journal`).
"""

from rackwright.engine.backend import FileBackend
from rackwright.engine.deployment import destroy, export_state, import_state, preview, refresh, stack_outputs, up
from rackwright.engine.plan import Event, EventKind, FailedStep, Options, Plan, PolicyDiagnostic, Result
from rackwright.engine.properties import SECRET, UNKNOWN, PropertyChange, Secret
from rackwright.engine.provider import InitFailed, ProviderError
from rackwright.engine.registry import require_local_endpoint
from rackwright.engine.step import QUIET, Op, PlannedStep
from rackwright.engine.urn import StackRef

__all__ = [
    "QUIET",
    "SECRET",
    "UNKNOWN",
    "Event",
    "EventKind",
    "FailedStep",
    "FileBackend",
    "InitFailed",
    "Op",
    "Options",
    "Plan",
    "PlannedStep",
    "PolicyDiagnostic",
    "PropertyChange",
    "ProviderError",
    "Result",
    "Secret",
    "StackRef",
    "destroy",
    "export_state",
    "import_state",
    "preview",
    "refresh",
    "require_local_endpoint",
    "stack_outputs",
    "up",
]
