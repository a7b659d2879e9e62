"""A stack on a cloud in memory, and programs for it that are plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pulumi
import pytest

from rackwright.engine import (
    FileBackend,
    Options,
    Plan,
    Result,
    StackRef,
    backend,
    destroy,
    preview,
    refresh,
    secrets,
    up,
)
from rackwright.engine.properties import reveal
from rackwright.engine.providers.memory import MemoryCloud, MemoryProvider
from rackwright.engine.state import Snapshot

STACK = StackRef("proj", "dev")


class Thing(pulumi.CustomResource):
    """A resource of the cloud in memory."""

    computed: pulumi.Output[str]

    def __init__(self, name: str, props: Mapping[str, Any] | None = None, **options: Any) -> None:
        self.name = name
        kind = options.pop("kind", "Thing")
        super().__init__(
            f"mem:index:{kind}", name, {**(props or {}), "computed": None}, pulumi.ResourceOptions(**options)
        )


class Group(pulumi.ComponentResource):
    """A component that only holds others."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__("test:index:Group", name, None, pulumi.ResourceOptions(**options))
        self.register_outputs({"name": name})


@dataclass
class Rig:
    """One stack, one cloud; `program` may be exchanged between runs."""

    folder: Path
    cloud: MemoryCloud = field(default_factory=MemoryCloud)
    program: Callable[[], object] = lambda: None
    events: list[Any] = field(default_factory=list)
    provider: Callable[[MemoryCloud], object] = MemoryProvider
    parallel: int = 8
    """Steps at a time; with one, a run goes the same way each time."""

    @property
    def backend(self) -> FileBackend:
        return FileBackend(self.folder, "correct horse")

    @property
    def file(self) -> Path:
        return self.backend.path(STACK)

    def options(self, **changes: Any) -> Options:
        plain = Options(
            stack=STACK,
            program=self.program,
            backend=self.backend,
            providers={"mem": lambda: self.provider(self.cloud)},
            on_event=self.events.append,
            parallel=self.parallel,
        )
        return replace(plain, **changes)

    def preview(self, **changes: Any) -> Plan:
        return preview(self.options(**changes))

    def up(self, **changes: Any) -> Result:
        return up(self.options(**changes))

    def destroy(self, **changes: Any) -> Result:
        return destroy(self.options(**changes))

    def refresh(self, **changes: Any) -> Result:
        preview_only = changes.pop("preview_only", False)
        return refresh(self.options(**changes), preview_only=preview_only)

    @property
    def snapshot(self) -> Snapshot:
        return self.backend.load(STACK).snapshot

    def check_truth(self) -> None:
        """The state is exactly what exists, apart from what it holds as unfinished."""
        recorded = {
            (r.type, r.id): r
            for r in self.snapshot.resources
            if r.custom and not r.pending_replacement and not r.type.startswith("pulumi:") and not r.external
        }
        unfinished = {(op.kind, op.resource.urn) for op in self.snapshot.pending}
        existing = {(thing.type, id_): thing for id_, thing in self.cloud.things.items()}
        for key, thing in existing.items():
            known = key in recorded or {("creating", thing.urn), ("deleting", thing.urn)} & unfinished
            assert known, f"orphan: {key} {thing.urn}"
        for key, resource in recorded.items():
            assert key in existing or ("deleting", resource.urn) in unfinished, f"recorded but gone: {resource.urn}"
            settled = not (resource.delete or resource.init_errors or ("updating", resource.urn) in unfinished)
            if key in existing and settled:
                assert reveal(resource.inputs) == existing[key].inputs, f"other inputs: {resource.urn}"


def quick(patch: pytest.MonkeyPatch) -> None:
    """Leave out what takes the time: a million rounds of key derivation, and waiting for the disk."""
    patch.setattr(secrets, "ROUNDS", 1)
    patch.setattr(backend.os, "fsync", lambda descriptor: None)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def ops(outcome: Plan | Result) -> dict[str, str]:
    """What happens to each resource, by name; unchanged ones left out."""
    return {step.name: step.op.value for step in outcome.steps if step.op != "same"}
