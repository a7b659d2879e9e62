"""The two services that a program talks to, as objects in this process: ``ResourceMonitor`` and ``Engine``.

Shaped like the stubs of `pulumi.runtime.proto`, which the SDK accepts in place of a channel. Translates requests into
calls on the `Executor` and its answers back; decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, cast

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, resource_pb2

from rackwright.engine.executor import Executor
from rackwright.engine.plan import EventKind
from rackwright.engine.program import project_root
from rackwright.engine.properties import from_struct, to_struct
from rackwright.engine.registration import goal_of, read_goal_of, unsupported
from rackwright.engine.run import REFUSALS, Failed, Run, Stopped
from rackwright.engine.state import ResourceState
from rackwright.engine.urn import STACK_TYPE, type_of

FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
)
"""What the monitor announces. The SDK refuses by name what is not in it."""


def _status(code: grpc.StatusCode, details: str) -> Exception:
    """An error as the SDK expects it from a channel."""
    error: Any = grpc.RpcError(details)
    error.code, error.details = lambda: code, lambda: details
    return cast("Exception", error)


def _end(cause: BaseException) -> NoReturn:
    """Make the SDK end the program quietly: the reason is with the executor."""
    raise _status(grpc.StatusCode.UNAVAILABLE, "the run is ending") from cause


class Monitor:
    """``ResourceMonitor`` of one run."""

    def __init__(self, executor: Executor) -> None:
        self._executor, self._run = executor, executor.run
        self._root = project_root(executor.run.options.program)

    def GetDeploymentInfo(self, request: Any) -> Any:
        """What is being run, and what the monitor supports."""
        del request
        options = self._run.options
        return resource_pb2.DeploymentInfo(
            project=options.stack.project,
            stack=options.stack.name,
            organization=options.stack.organization,
            config=options.config,
            configSecretKeys=sorted(options.secret_config),
            dryRun=self._run.preview,
            parallel=options.parallel,
            supportedFeatures=FEATURES,
        )

    def RegisterResource(self, request: Any) -> Any:
        """Carry out one resource."""
        try:
            with self._run.guarded():
                if request.remote:
                    raise unsupported("components that live in a provider (remote=True)", request.name)
                goal = goal_of(request, self._run.options.stack, self._root)
            state = self._executor.register(goal)
        except Failed as failure:
            return resource_pb2.RegisterResourceResponse(urn=failure.urn, result=resource_pb2.FAIL)
        except Stopped as stopped:
            _end(stopped)
        # A component's recorded outputs are not told: what they refer to may not be registered yet in this run.
        told = to_struct(state.outputs if request.custom else {})
        return resource_pb2.RegisterResourceResponse(urn=state.urn, id=state.id, object=told)

    def ReadResource(self, request: Any) -> Any:
        """Read one resource that the stack does not own."""
        try:
            with self._run.guarded():
                goal = read_goal_of(request, self._run.options.stack)
            state = self._executor.register(goal)
        except Failed as failure:
            return resource_pb2.ReadResourceResponse(urn=failure.urn, result=resource_pb2.FAIL)
        except Stopped as stopped:
            _end(stopped)
        return resource_pb2.ReadResourceResponse(urn=state.urn, id=state.id, properties=to_struct(state.outputs))

    def RegisterResourceOutputs(self, request: Any) -> Any:
        """Keep the outputs of a component or of the stack."""
        try:
            self._executor.finish(request.urn, from_struct(request.outputs))
        except Stopped as stopped:
            _end(stopped)
        return Empty()

    def Invoke(self, request: Any) -> Any:
        """Ask a provider's function."""
        try:
            arguments = from_struct(request.args)
            answer = self._executor.providers.invoke(request.tok, arguments, request.provider, request.version)
        except Stopped as stopped:
            _end(stopped)
        except REFUSALS as refusal:
            raise _status(grpc.StatusCode.INVALID_ARGUMENT, str(refusal)) from refusal
        if answer is None:
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        return resource_pb2.ResourceInvokeResponse(**{"return": to_struct(answer)})

    def SignalAndWaitForShutdown(self, request: Any) -> Any:
        """The program has registered everything."""
        del request
        return Empty()

    def __getattr__(self, name: str) -> Callable[[Any], NoReturn]:
        """Refuse by name every call of the protocol that is not above."""
        if name.startswith("_"):
            raise AttributeError(name)

        def refuse(request: Any) -> NoReturn:
            del request
            refusal = unsupported(f"the call {name}")
            self._run.stop(refusal)
            _end(refusal)

        return refuse


class Engine:
    """``Engine`` of one run: where the program's messages go."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def Log(self, request: Any) -> Any:
        """Pass a message on; the SDK's own debug messages are dropped."""
        if request.severity != engine_pb2.DEBUG and not request.ephemeral:
            level = engine_pb2.LogSeverity.Name(request.severity).lower()
            about = f" ({request.urn})" if request.urn else ""
            self._run.tell(EventKind.LOG, None, f"{level}: {request.message}{about}")
        return Empty()

    def RequirePulumiVersion(self, request: Any) -> Any:
        """Accepted: the SDK's version is pinned with this engine."""
        del request
        return engine_pb2.RequirePulumiVersionResponse()


def stack_of(resources: tuple[ResourceState, ...]) -> ResourceState | None:
    """The root resource, which holds the stack's outputs."""
    return next((resource for resource in resources if type_of(resource.urn) == STACK_TYPE), None)
