"""`AwsProvider`: Pulumi's provider protocol in front of the resource types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from rackwright.diagnostics import ClusterError, StepFailed
from rackwright.engine.paths import keep_old
from rackwright.engine.properties import from_struct, reveal, to_struct
from rackwright.engine.providers.aws import again, configuration
from rackwright.engine.providers.aws.changes import diff_response
from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.comparison import UNKNOWN, project_inputs
from rackwright.engine.providers.aws.errors import status_of, translate
from rackwright.engine.providers.aws.functions import FUNCTIONS
from rackwright.engine.providers.aws.recorded import PREFIX, RECORDED
from rackwright.engine.providers.aws.resource import Resource, Wanted
from rackwright.engine.providers.aws.shapes import Props
from rackwright.engine.providers.aws.types import TYPES
from rackwright.engine.registry import require_local_endpoint

VERSION = "7.51.1"
"""Version of pulumi-aws whose types and properties this provider follows."""

T = TypeVar("T")


def resource_type(token: str) -> Resource:
    """The type's implementation; the recorded one where there is none."""
    return TYPES.get(token, RECORDED)


class AwsProvider(provider_pb2_grpc.ResourceProviderServicer):
    """pulumi-aws on the local cloud. Thread-safe once configured; `context` may be None (called in process)."""

    def __init__(self, check_endpoint: configuration.EndpointCheck = require_local_endpoint) -> None:
        self._check_endpoint = check_endpoint
        self._cloud: Cloud | None = None

    # --- the provider itself ------------------------------------------------------------------------------------------

    def Handshake(self, request: Any, context: Any = None) -> provider_pb2.ProviderHandshakeResponse:
        """Plain values suit us."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=False, accept_resources=False, accept_outputs=False
        )

    def GetPluginInfo(self, request: Empty, context: Any = None) -> plugin_pb2.PluginInfo:
        """The version that we follow."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Any = None) -> provider_pb2.CheckResponse:
        """The configuration as it is; inputs that we do not know are refused by name."""
        failures = [
            provider_pb2.CheckFailure(property=key, reason=why)
            for key, why in configuration.problems(_props(request.news))
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Any = None) -> provider_pb2.DiffResponse:
        """Another region replaces everything; another port of the local cloud does not."""
        old, new = configuration.plain(_props(request.olds)), configuration.plain(_props(request.news))
        return diff_response(old, new, replaces=frozenset({"region"}), delete_first=False)

    def Configure(self, request: provider_pb2.ConfigureRequest, context: Any = None) -> provider_pb2.ConfigureResponse:
        """Remember where the cloud is; nothing is called yet."""
        given = _props(request.args) or dict(request.variables)
        self._cloud = Cloud(configuration.settings_from(given, self._check_endpoint))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    def GetSchema(self, request: Any, context: Any = None) -> provider_pb2.GetSchemaResponse:
        """No schema: programs bring the SDK's own."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    def Cancel(self, request: Empty, context: Any = None) -> Empty:
        """Calls are short; nothing to cancel."""
        return Empty()

    # --- extras of the embedded engine --------------------------------------------------------------------------------

    def recorded(self, token: str) -> bool:
        """Whether resources of this type are kept in the state only."""
        return token not in TYPES

    def never_made(self, token: str, id_: str) -> bool:
        """Whether `id_` is of a time when this type was kept in the state only: nothing stands behind it."""
        return token in TYPES and id_.startswith(PREFIX)

    def settle(self, token: str, urn: str, inputs: Mapping[str, Any]) -> str | None:
        """Id of what an interrupted creation of `urn` left behind; None when there is nothing."""
        kind = resource_type(token)
        return self._guard(token, urn, "look for", None, lambda: kind.find(self._at(), Wanted(urn, dict(inputs))))

    # --- resources ----------------------------------------------------------------------------------------------------

    def Check(self, request: provider_pb2.CheckRequest, context: Any = None) -> provider_pb2.CheckResponse:
        """Inputs with defaults and automatic names."""
        kind = resource_type(_type(request.urn))
        news, olds = _props(request.news), _props(request.olds)
        inputs = {**{key: value for key, value in kind.defaults.items() if news.get(key) is None}, **news}
        if (name := kind.autoname) and inputs.get(name) is None:
            inputs[name] = olds.get(name) or _automatic_name(request.urn, inputs, request.randomSeed)
        failures = [provider_pb2.CheckFailure(property=key, reason=why) for key, why in kind.problems(inputs)]
        return provider_pb2.CheckResponse(inputs=to_struct(inputs), failures=failures)

    def Diff(self, request: provider_pb2.DiffRequest, context: Any = None) -> provider_pb2.DiffResponse:
        """Inputs against recorded inputs (outputs, for states written by others)."""
        kind = resource_type(_type(request.urn))
        news = _props(request.news)
        olds = _props(request.old_inputs) or {k: v for k, v in _props(request.olds).items() if k in news}
        news = keep_old(news, olds, tuple(request.ignoreChanges))
        name = kind.autoname
        fixed_name = name is not None and olds.get(name) == news.get(name)
        return diff_response(olds, news, kind.replaces, delete_first=kind.delete_first or fixed_name)

    def Create(self, request: provider_pb2.CreateRequest, context: Any = None) -> provider_pb2.CreateResponse:
        """Create it, then read it back."""
        kind, inputs = resource_type(_type(request.urn)), _props(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=to_struct(_previewed(kind, inputs)))
        wanted = Wanted(request.urn, inputs)

        def work() -> provider_pb2.CreateResponse:
            id_ = again.create(kind, self._at(), wanted)
            return provider_pb2.CreateResponse(id=id_, properties=to_struct(self._outputs(kind, id_, inputs, {})))

        return self._guard(_type(request.urn), request.urn, "create", context, work)

    def Update(self, request: provider_pb2.UpdateRequest, context: Any = None) -> provider_pb2.UpdateResponse:
        """Change what differs, then read it back."""
        kind, news = resource_type(_type(request.urn)), _props(request.news)
        old_outputs = _props(request.olds)
        olds = _props(request.old_inputs) or old_outputs
        if request.preview:
            expected = {**old_outputs, **news, **dict.fromkeys(kind.moving, UNKNOWN)}
            return provider_pb2.UpdateResponse(properties=to_struct(expected))
        diff = diff_response(olds, news, frozenset(), delete_first=False)

        def work() -> provider_pb2.UpdateResponse:
            changed = frozenset(diff.diffs)
            again.update(kind, self._at(), request.id, olds, Wanted(request.urn, news), changed)
            return provider_pb2.UpdateResponse(properties=to_struct(self._outputs(kind, request.id, news, old_outputs)))

        return self._guard(_type(request.urn), request.urn, "update", context, work)

    def Read(self, request: provider_pb2.ReadRequest, context: Any = None) -> provider_pb2.ReadResponse:
        """The resource as it is; an empty id when it is gone."""
        kind, known, inputs = resource_type(_type(request.urn)), _props(request.properties), _props(request.inputs)

        def work() -> provider_pb2.ReadResponse:
            if self.never_made(_type(request.urn), request.id):
                return provider_pb2.ReadResponse()
            live = kind.read(self._at(), request.id, {**known, **inputs})
            if live is None:
                return provider_pb2.ReadResponse()
            outputs = {**inputs, **live}
            read = project_inputs(inputs, live) if inputs else {key: live[key] for key in live}
            return provider_pb2.ReadResponse(id=request.id, properties=to_struct(outputs), inputs=to_struct(read))

        return self._guard(_type(request.urn), request.urn, "read", context, work)

    def Delete(self, request: provider_pb2.DeleteRequest, context: Any = None) -> Empty:
        """Delete it; gone already is fine."""
        kind = resource_type(_type(request.urn))
        known = {**_props(request.old_inputs), **_props(request.properties)}

        def work() -> Empty:
            if not self.never_made(_type(request.urn), request.id):
                kind.delete(self._at(), request.id, known)
            return Empty()

        return self._guard(_type(request.urn), request.urn, "delete", context, work)

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Any = None) -> provider_pb2.InvokeResponse:
        """A data source."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            raise StepFailed(f"the local aws provider has no function {request.tok}", where=request.tok)
        arguments = _props(request.args)
        found = self._guard(request.tok, request.tok, "call", context, lambda: function(self._at(), arguments))
        return provider_pb2.InvokeResponse(**{"return": to_struct(found)})

    # --- inner --------------------------------------------------------------------------------------------------------

    def _at(self) -> Cloud:
        if self._cloud is None:
            raise StepFailed("the aws provider was used before it was configured", where="aws provider")
        return self._cloud

    def _outputs(self, kind: Resource, id_: str, inputs: Props, known: Props) -> Props:
        live = kind.read(self._at(), id_, {**known, **inputs})
        if live is None:
            raise StepFailed(f"{kind.type_} {id_} is gone right after it was made", where=id_)
        given = {key: value for key, value in inputs.items() if live.get(key) is None or key != "tagsAll"}
        return {**live, **{key: _with_live(value, live.get(key)) for key, value in given.items()}}

    def _guard(self, type_: str, urn: str, doing: str, context: Any, work: Callable[[], T]) -> T:
        try:
            return work()
        except Exception as error:
            ours = translate(error, type_, urn, doing)
            _tell(context, ours)
            raise ours from error


def _tell(context: Any, error: ClusterError) -> None:
    """Put the error into a gRPC answer."""
    if context is not None:
        context.set_code(status_of(error))
        context.set_details(error.summary + (f"; {error.hint}" if error.hint else ""))


def _props(struct: Struct) -> Props:
    plain: Props = reveal(from_struct(struct))
    return plain


def _with_live(given: Any, live: Any) -> Any:
    """`given`, with what AWS put beside it in the same map."""
    if not (isinstance(given, dict) and isinstance(live, dict)):
        return given
    return {**live, **{key: _with_live(value, live.get(key)) for key, value in given.items()}}


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _automatic_name(urn: str, inputs: Props, seed: bytes) -> str:
    prefix = inputs.get("namePrefix") or inputs.get("bucketPrefix") or f"{urn.rsplit('::', 1)[-1]}-"
    return f"{prefix}{seed.hex()[:7] or '0000000'}"


def _previewed(kind: Resource, inputs: Props) -> Props:
    """What an apply would give: inputs as they are, the rest not known yet."""
    return {**dict.fromkeys(kind.computed, UNKNOWN), **inputs}
