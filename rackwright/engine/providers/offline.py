"""A provider that answers without asking anything: for a preview with no cloud and no credentials.

Inputs are taken as they are; whatever a provider would compute is unknown, and so is every look-up. A resource that is
recorded already is compared by its inputs, which the engine does when a provider cannot tell.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from rackwright.diagnostics import StepFailed
from rackwright.engine.properties import UNKNOWN_WIRE, to_struct


class OfflineProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Plans anything, changes nothing."""

    def GetPluginInfo(self, request: Empty, context: Any = None) -> plugin_pb2.PluginInfo:
        """No plug-in: version 0.0.0."""
        return plugin_pb2.PluginInfo(version="0.0.0")

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Any = None) -> provider_pb2.CheckResponse:
        """Any configuration will do."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Any = None) -> provider_pb2.DiffResponse:
        """Nothing depends on the configuration."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Any = None) -> provider_pb2.ConfigureResponse:
        """Without preview support: what a resource computes stays unknown."""
        return provider_pb2.ConfigureResponse(acceptSecrets=True, acceptResources=True, supportsPreview=False)

    def Check(self, request: provider_pb2.CheckRequest, context: Any = None) -> provider_pb2.CheckResponse:
        """Inputs as they are."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: provider_pb2.DiffRequest, context: Any = None) -> provider_pb2.DiffResponse:
        """Leaves the comparison to the engine."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_UNKNOWN)

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Any = None) -> provider_pb2.InvokeResponse:
        """An answer that is not known: one unknown value makes the whole look-up unknown to the SDK."""
        return provider_pb2.InvokeResponse(**{"return": to_struct({"id": UNKNOWN_WIRE})})

    def Create(self, request: provider_pb2.CreateRequest, context: Any = None) -> provider_pb2.CreateResponse:
        """Refused: there is no cloud behind this provider."""
        raise _refusal()

    def Update(self, request: provider_pb2.UpdateRequest, context: Any = None) -> provider_pb2.UpdateResponse:
        """Refused: there is no cloud behind this provider."""
        raise _refusal()

    def Delete(self, request: provider_pb2.DeleteRequest, context: Any = None) -> Empty:
        """Refused: there is no cloud behind this provider."""
        raise _refusal()


def _refusal() -> StepFailed:
    return StepFailed("the offline provider plans only; it changes nothing", hint="./rw up starts the local cloud")
