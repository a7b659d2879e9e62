"""A cloud in memory: a provider for tests, with faults on demand. Not a rehearsal of anything real.

Types are free (``mem:index:Thing``); what a property does is said by its name: a change of ``fixed`` or ``fixed_*``
needs a replacement, of ``fixed_first`` one that deletes first; an input ``bad`` is refused by Check; a thing whose
computed output is the ``fixed`` input of another one cannot be deleted before it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from rackwright.diagnostics import CapacityError
from rackwright.engine.properties import UNKNOWN_WIRE, Props, from_struct, same_value, to_struct
from rackwright.engine.provider import CallContext


def no_fault(when: str, method: str, urn: str) -> None:
    """Let everything work."""
    del when, method, urn


@dataclass(slots=True)
class Thing:
    """One resource that exists in the cloud."""

    urn: str
    type: str
    inputs: Props


@dataclass
class MemoryCloud:
    """What exists, and what was asked; shared by the providers of several runs. Thread-safe."""

    things: dict[str, Thing] = field(default_factory=dict)
    """By id."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Method and URN of every call that changes something, in order."""
    fault: Callable[[str, str, str], None] = no_fault
    """Called ``before`` and ``after`` each change with its method and URN; may raise."""
    settles: bool = True
    """Whether the provider can find what a killed run created."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    _next: int = 0

    def change(self, method: str, urn: str, do: Callable[[], Any]) -> Any:
        """Carry out one change with the faults that are planned for it."""
        with self.lock:
            self.calls.append((method, urn))
            self.fault("before", method, urn)
            result = do()
            self.fault("after", method, urn)
            return result

    def add(self, urn: str, type_: str, inputs: Mapping[str, Any]) -> str:
        """Make a thing exist; its id."""
        with self.lock:
            self._next += 1
            id_ = f"{type_.rsplit(':', 1)[-1].lower()}-{self._next}"
            self.things[id_] = Thing(urn, type_, dict(inputs))
            return id_

    def users(self, id_: str) -> list[str]:
        """Ids of the things that hold on to the thing `id_`: a ``fixed`` input of theirs is its computed output."""
        with self.lock:
            return [
                other
                for other, thing in self.things.items()
                for key, value in thing.inputs.items()
                if key.startswith("fixed") and value == f"of-{id_}"
            ]


class MemoryProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves a `MemoryCloud`."""

    def __init__(self, cloud: MemoryCloud) -> None:
        self.cloud = cloud
        if cloud.settles:
            self.settle = self._settle

    def _settle(self, type_: str, urn: str, inputs: Props) -> str | None:
        found = (id_ for id_, thing in self.cloud.things.items() if (thing.type, thing.urn) == (type_, urn))
        return next((id_ for id_ in found if same_value(self.cloud.things[id_].inputs, inputs)), None)

    def Configure(self, request: Any, context: CallContext) -> Any:
        """Takes no secrets, plans what it creates."""
        del request, context
        return pb.ConfigureResponse(acceptSecrets=False, supportsPreview=True)

    def Check(self, request: Any, context: CallContext) -> Any:
        """Takes anything but an input called ``bad``."""
        del context
        failures = [pb.CheckFailure(property="bad", reason="is not allowed")] if "bad" in request.news.fields else []
        return pb.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request: Any, context: CallContext) -> Any:
        """What differs, and what that means by name."""
        del context
        old, new = from_struct(request.old_inputs), from_struct(request.news)
        changed = sorted(key for key in old.keys() | new.keys() if not same_value(old.get(key), new.get(key)))
        return pb.DiffResponse(
            changes=pb.DiffResponse.DIFF_SOME if changed else pb.DiffResponse.DIFF_NONE,
            diffs=changed,
            replaces=[key for key in changed if key.startswith("fixed")],
            deleteBeforeReplace="fixed_first" in changed,
        )

    def Create(self, request: Any, context: CallContext) -> Any:
        """Make a thing; its ``computed`` output is not known before."""
        del context
        type_ = request.urn.split("::")[2].rsplit("$", 1)[-1]
        inputs = from_struct(request.properties)
        if request.preview:
            return pb.CreateResponse(properties=to_struct({**inputs, "computed": UNKNOWN_WIRE}))
        id_ = self.cloud.change("Create", request.urn, lambda: self.cloud.add(request.urn, type_, inputs))
        return pb.CreateResponse(id=id_, properties=to_struct(_outputs(id_, inputs)))

    def Update(self, request: Any, context: CallContext) -> Any:
        """Change a thing that exists."""
        inputs = from_struct(request.news)
        if not request.preview:
            self.cloud.change("Update", request.urn, lambda: self._update(request.id, inputs, context))
        return pb.UpdateResponse(properties=to_struct(_outputs(request.id, inputs)))

    def _update(self, id_: str, inputs: Props, context: CallContext) -> None:
        if id_ not in self.cloud.things:
            context.abort(grpc.StatusCode.NOT_FOUND, f"{id_} does not exist")
        self.cloud.things[id_].inputs = inputs

    def Delete(self, request: Any, context: CallContext) -> Any:
        """Remove a thing that no other one holds on to; one that is gone already is fine."""
        if users := self.cloud.users(request.id):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{request.id} is in use by {', '.join(users)}")
        self.cloud.change("Delete", request.urn, lambda: self.cloud.things.pop(request.id, None))
        return Empty()

    def Read(self, request: Any, context: CallContext) -> Any:
        """A thing as it is now."""
        del context
        thing = self.cloud.things.get(request.id)
        if thing is None:
            return pb.ReadResponse()
        outputs = _outputs(request.id, thing.inputs)
        return pb.ReadResponse(id=request.id, inputs=to_struct(thing.inputs), properties=to_struct(outputs))

    def Invoke(self, request: Any, context: CallContext) -> Any:
        """Gives the arguments back as ``echo``."""
        del context
        return pb.InvokeResponse(**{"return": to_struct({"echo": from_struct(request.args)})})


def _outputs(id_: str, inputs: Props) -> Props:
    return {**inputs, "computed": f"of-{id_}"}


def out_of_capacity(when: str, method: str, urn: str) -> None:
    """A fault: no capacity for any creation."""
    if (when, method) == ("before", "Create"):
        raise CapacityError("no capacity in zone mem-1a", where=urn, hint="try another zone")
