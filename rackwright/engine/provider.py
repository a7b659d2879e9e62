"""Calls on resource providers, in plain values.

A provider is anything shaped like `pulumi.runtime.proto.provider_pb2_grpc.ResourceProviderServicer`: methods that take
a request and a context. On top of the protocol, and only where a provider has them, the engine uses three methods:

* ``settle(type, urn, inputs) -> id | None``: find what a killed run may have created for `urn` with these inputs (by
  client token, tag or a name made from them). It lets the next run adopt it instead of creating a second one.
* ``recorded(type) -> bool``: this type cannot be exercised here; the provider only answers as if, and plans and results
  show it as recorded;
* ``never_made(type, id) -> bool``: the id is of a time when the type was only recorded; now it can be made.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as pb

from rackwright.diagnostics import CapacityError
from rackwright.engine.properties import Props, from_struct, keep_secret, reveal, secret_keys, to_struct
from rackwright.engine.state import ResourceState
from rackwright.engine.step import Diff, DiffKind


class ProviderError(Exception):
    """A provider refused a call or broke in it."""

    def __init__(self, message: str, code: grpc.StatusCode = grpc.StatusCode.UNKNOWN) -> None:
        super().__init__(message)
        self.code = code

    @property
    def unimplemented(self) -> bool:
        """The provider does not know the call."""
        return self.code is grpc.StatusCode.UNIMPLEMENTED

    @property
    def capacity(self) -> bool:
        """The provider lacks capacity, or a quota is too small."""
        return self.code is grpc.StatusCode.RESOURCE_EXHAUSTED


class InitFailed(Exception):
    """A provider raises it from ``Create`` or ``Update`` when the resource exists but did not become ready."""

    def __init__(self, id_: str, properties: Mapping[str, Any], reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.id, self.properties, self.reasons = id_, dict(properties), tuple(reasons)


class CallContext:
    """The part of a gRPC servicer context that providers use."""

    def __init__(self) -> None:
        self.code: grpc.StatusCode = grpc.StatusCode.OK
        self.details = ""

    def set_code(self, code: grpc.StatusCode) -> None:
        """Status of the call."""
        self.code = code

    def set_details(self, details: str) -> None:
        """Message that goes with the status."""
        self.details = details

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        """End the call with an error."""
        raise ProviderError(details, code)

    def is_active(self) -> bool:
        """Whether anyone waits for the answer."""
        return True


def call(servicer: object, method: str, request: Any) -> Any:
    """Response of ``servicer.method(request)``. Raises `ProviderError`, `InitFailed` or `CapacityError`."""
    context = CallContext()
    try:
        response = getattr(servicer, method)(request, context)
    except (ProviderError, InitFailed, CapacityError):
        raise
    except NotImplementedError as cause:
        raise ProviderError(context.details or f"{method} is not implemented", grpc.StatusCode.UNIMPLEMENTED) from cause
    except Exception as cause:
        code = grpc.StatusCode.UNKNOWN if context.code is grpc.StatusCode.OK else context.code
        raise ProviderError(context.details or f"{type(cause).__name__}: {cause}", code) from cause
    if context.code is not grpc.StatusCode.OK:
        raise ProviderError(context.details or f"{method} failed with {context.code.name}", context.code)
    return response


@dataclass(frozen=True, slots=True)
class Found:
    """What ``Read`` found."""

    id: str
    """Empty when there is no such resource."""
    outputs: Props
    inputs: Props | None


_DIFF_KINDS = {
    pb.PropertyDiff.ADD: ("add", False),
    pb.PropertyDiff.ADD_REPLACE: ("add", True),
    pb.PropertyDiff.DELETE: ("delete", False),
    pb.PropertyDiff.DELETE_REPLACE: ("delete", True),
    pb.PropertyDiff.UPDATE: ("update", False),
    pb.PropertyDiff.UPDATE_REPLACE: ("update", True),
}
_CHANGES = {
    pb.DiffResponse.DIFF_UNKNOWN: DiffKind.UNKNOWN,
    pb.DiffResponse.DIFF_NONE: DiffKind.NONE,
    pb.DiffResponse.DIFF_SOME: DiffKind.SOME,
}


class Provider:
    """One configured provider."""

    def __init__(self, servicer: object, urn: str) -> None:
        self._servicer = servicer
        self._urn = urn
        self._secrets = False
        self.configured = False
        """False while its own configuration holds unknowns (preview): then it is not called."""
        self._previews = False

    # --- the provider itself ------------------------------------------------------------------------------------------

    def check_config(self, old: ResourceState | None, inputs: Props) -> tuple[Props, list[str]]:
        """Checked configuration and what is wrong with it."""
        return self._check("CheckConfig", self._urn, old.inputs if old else {}, inputs, b"")

    def diff_config(self, old: ResourceState, inputs: Props) -> Diff:
        """How the configuration differs from the recorded one."""
        return self._diff("DiffConfig", old, inputs, ())

    def configure(self, inputs: Props) -> None:
        """Make it ready for calls on resources."""
        plain = reveal(inputs)
        variables = {f"{_package(self._urn)}:config:{key}": _text(value) for key, value in plain.items()}
        request = pb.ConfigureRequest(
            variables=variables,
            args=to_struct(plain),
            acceptSecrets=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
            urn=self._urn,
        )
        response = self._call("Configure", request)
        self._secrets, self._previews = response.acceptSecrets, response.supportsPreview
        self.configured = True

    def cancel(self) -> None:
        """Ask it to end what it is doing; a provider that cannot is let be."""
        with contextlib.suppress(ProviderError):
            self._call("Cancel", Empty())

    def close(self) -> None:
        """Let go of connections, where it has a ``close`` method."""
        closing = getattr(self._servicer, "close", None)
        if callable(closing):
            closing()

    # --- extras -------------------------------------------------------------------------------------------------------

    def records_only(self, type_: str) -> bool:
        """Whether the provider only answers for `type_`, and the resource is kept in the state alone."""
        asked: Callable[[str], bool] | None = getattr(self._servicer, "recorded", None)
        return bool(asked and asked(type_))

    def never_made(self, resource: ResourceState) -> bool:
        """Whether `resource` was kept in the state alone so far, and the provider can make it now."""
        asked: Callable[[str, str], bool] | None = getattr(self._servicer, "never_made", None)
        return bool(asked and asked(resource.type, resource.id))

    @property
    def can_settle(self) -> bool:
        """Whether it can find what a killed run created."""
        return callable(getattr(self._servicer, "settle", None))

    def settle(self, resource: ResourceState) -> str | None:
        """Id of what an unfinished creation of `resource` left behind, None when there is nothing."""
        ask: Callable[[str, str, Props], str | None] | None = getattr(self._servicer, "settle", None)
        try:
            return ask(resource.type, resource.urn, reveal(resource.inputs)) if ask else None
        except (ProviderError, CapacityError):
            raise
        except Exception as cause:
            raise ProviderError(f"{type(cause).__name__}: {cause}") from cause

    # --- resources ----------------------------------------------------------------------------------------------------

    def check(self, urn: str, olds: Props, news: Props, generation: str) -> tuple[Props, list[str]]:
        """Checked inputs with defaults, and what is wrong with them.

        `generation` is the id of the resource that is being replaced (empty: none): the seed of automatic names comes
        from it, so that they are the same in preview and apply, but differ from those of the replaced one.
        """
        if not self.configured:
            return news, []
        seed = hashlib.sha256(f"{urn}\n{generation}".encode()).digest()
        return self._check("Check", urn, olds, news, seed)

    def diff(self, old: ResourceState, inputs: Props, ignore: Sequence[str]) -> Diff:
        """How `inputs` differ from what is recorded; unknown where the provider cannot tell."""
        return self._diff("Diff", old, inputs, ignore) if self.configured else Diff()

    def create(self, resource: ResourceState, *, preview: bool) -> tuple[str, Props]:
        """Id and outputs of the new resource. In a preview the id is empty."""
        if preview and not self._can_preview():
            return "", dict(resource.inputs)
        request = pb.CreateRequest(
            urn=resource.urn,
            properties=self._struct(resource.inputs),
            timeout=resource.custom_timeouts.get("create", 0),
            preview=preview,
        )
        response = self._call("Create", request)
        if not response.id and not preview:
            raise ProviderError("the provider gave the new resource no id")
        return "" if preview else response.id, self._outputs(response.properties, resource)

    def update(self, old: ResourceState, new: ResourceState, *, preview: bool) -> Props:
        """Outputs of the updated resource."""
        if preview and not self._can_preview():
            return dict(new.inputs)
        request = pb.UpdateRequest(
            id=old.id,
            urn=new.urn,
            olds=self._struct(old.outputs),
            old_inputs=self._struct(old.inputs),
            news=self._struct(new.inputs),
            ignoreChanges=new.ignore_changes,
            timeout=new.custom_timeouts.get("update", 0),
            preview=preview,
        )
        return self._outputs(self._call("Update", request).properties, new)

    def delete(self, resource: ResourceState) -> None:
        """Delete it; one that is gone already is no error."""
        request = pb.DeleteRequest(
            id=resource.id,
            urn=resource.urn,
            properties=self._struct(resource.outputs),
            old_inputs=self._struct(resource.inputs),
            timeout=resource.custom_timeouts.get("delete", 0),
        )
        self._call("Delete", request)

    def read(self, resource: ResourceState) -> Found:
        """The resource as it is now. What was secret stays secret, in inputs and outputs."""
        request = pb.ReadRequest(
            id=resource.id,
            urn=resource.urn,
            properties=self._struct(resource.outputs),
            inputs=self._struct(resource.inputs),
            timeout=resource.custom_timeouts.get("read", 0),
        )
        response = self._call("Read", request)
        inputs = from_struct(response.inputs) if response.HasField("inputs") else None
        hidden = sorted(secret_keys(resource.inputs, resource.outputs))
        kept = keep_secret(inputs, {}, hidden) if inputs is not None else None
        outputs = keep_secret(self._outputs(response.properties, resource), {}, hidden)
        return Found(response.id, outputs, kept)

    def invoke(self, token: str, arguments: Props) -> tuple[Props, list[str]]:
        """Answer of a function, and what is wrong with its arguments."""
        response = self._call("Invoke", pb.InvokeRequest(tok=token, args=self._struct(arguments)))
        return from_struct(getattr(response, "return")), _failures(response.failures)

    # --- wire ---------------------------------------------------------------------------------------------------------

    def _call(self, method: str, request: Any) -> Any:
        return call(self._servicer, method, request)

    def _struct(self, props: Props) -> Any:
        return to_struct(props if self._secrets else reveal(props))

    def _outputs(self, struct: Any, resource: ResourceState) -> Props:
        return keep_secret(from_struct(struct), resource.inputs, resource.additional_secret_outputs)

    def _can_preview(self) -> bool:
        return self.configured and self._previews

    def _check(self, method: str, urn: str, olds: Props, news: Props, seed: bytes) -> tuple[Props, list[str]]:
        request = pb.CheckRequest(urn=urn, olds=self._struct(olds), news=self._struct(news), randomSeed=seed)
        try:
            response = self._call(method, request)
        except ProviderError as refusal:
            if refusal.unimplemented:
                return news, []
            raise
        return keep_secret(from_struct(response.inputs), news), _failures(response.failures)

    def _diff(self, method: str, old: ResourceState, inputs: Props, ignore: Sequence[str]) -> Diff:
        request = pb.DiffRequest(
            id=old.id,
            urn=old.urn,
            olds=self._struct(old.outputs),
            old_inputs=self._struct(old.inputs),
            news=self._struct(inputs),
            ignoreChanges=ignore,
        )
        try:
            response = self._call(method, request)
        except ProviderError as refusal:
            if refusal.unimplemented:
                return Diff()
            raise
        detailed = {path: (*_DIFF_KINDS[one.kind], one.inputDiff) for path, one in response.detailedDiff.items()}
        return Diff(
            _CHANGES[response.changes],
            tuple(response.replaces),
            response.deleteBeforeReplace,
            tuple(response.diffs),
            detailed,
        )


def _failures(failures: Iterable[Any]) -> list[str]:
    return [f"{failure.property}: {failure.reason}" if failure.property else failure.reason for failure in failures]


def _package(urn: str) -> str:
    return urn.split("::")[2].rsplit(":", 1)[-1]


def _text(value: Any) -> str:
    """Configuration values are strings on this wire; structured ones are JSON already."""
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
