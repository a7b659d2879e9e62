"""Serves a provider over gRPC as a Pulumi plug-in, so that the official CLI can use it on an air-gapped machine.

A plug-in is an executable ``pulumi-resource-NAME`` that is started with the engine's address as first argument, prints
its port as first line and serves plain gRPC on loopback::

    from rackwright.engine.providers.plugin import serve
    serve(MyProvider())
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TextIO, cast

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from rackwright.diagnostics import CapacityError, ClusterError, InputError
from rackwright.engine.properties import to_struct
from rackwright.engine.provider import InitFailed, ProviderError

MESSAGE_LIMIT_BYTES = 400 * 1024 * 1024
"""What Pulumi's own engine and SDKs allow for one message (``pulumi.runtime._grpc_settings``)."""


class Served:
    """`provider` for gRPC: what it raises becomes a status."""

    def __init__(self, provider: object) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Callable[[Any, Any], Any]:
        """The call `name`, as gRPC wants it."""

        def answer(request: Any, context: Any) -> Any:
            try:
                return getattr(self._provider, name)(request, context)
            except NotImplementedError:
                context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{name} is not implemented")
            except InitFailed as half:
                context.set_trailing_metadata((("grpc-status-details-bin", _half_made(half)),))
                context.abort(grpc.StatusCode.UNKNOWN, str(half))
            except (ProviderError, ClusterError) as refusal:
                context.abort(*status_of(refusal))

        return answer


def status_of(refusal: ProviderError | ClusterError) -> tuple[grpc.StatusCode, str]:
    """Status and message for what a provider refused."""
    if isinstance(refusal, ProviderError):
        return refusal.code, str(refusal)
    code = {CapacityError: grpc.StatusCode.RESOURCE_EXHAUSTED, InputError: grpc.StatusCode.INVALID_ARGUMENT}
    hint = f" ({refusal.hint})" if refusal.hint else ""
    return code.get(type(refusal), grpc.StatusCode.UNKNOWN), refusal.summary + hint


def _half_made(half: InitFailed) -> bytes:
    """The detail by which the engine learns that a resource exists though its creation failed."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=half.id, properties=to_struct(half.properties), reasons=half.reasons
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(half))
    status.details.add().Pack(detail)
    return bytes(status.SerializeToString())


def start(provider: object, threads: int = 16) -> tuple[grpc.Server, int]:
    """A running server on a free loopback port, and the port."""
    limits = [("grpc.max_receive_message_length", MESSAGE_LIMIT_BYTES), ("grpc.max_send_message_length", -1)]
    server = grpc.server(ThreadPoolExecutor(threads), options=limits)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(cast("Any", Served(provider)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve(provider: object, arguments: Sequence[str] | None = None, out: TextIO = sys.stdout) -> None:
    """Serve `provider` until the engine ends this process. Raises `InputError` when not started by an engine."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        raise InputError(
            "a plug-in is started by the pulumi engine, with its address as first argument",
            hint="name it under `plugins: providers:` in Pulumi.yaml",
        )
    server, port = start(provider)
    with contextlib.suppress(KeyboardInterrupt):  # by an interrupt, like a person's, the engine ends its plug-ins
        out.write(f"{port}\n")
        out.flush()
        server.wait_for_termination()
    server.stop(None).wait()
