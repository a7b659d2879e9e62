"""Runs policy packs (``AnalyzerServicer``-shaped objects) over the resources of a run; their verdicts are values."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2 as pb

from rackwright.engine.plan import PolicyDiagnostic
from rackwright.engine.properties import Props, from_struct, to_struct
from rackwright.engine.provider import ProviderError, call
from rackwright.engine.registration import Goal
from rackwright.engine.state import ResourceState
from rackwright.engine.urn import StackRef, name_of, type_of

_LEVELS = {pb.ADVISORY: "advisory", pb.MANDATORY: "mandatory", pb.REMEDIATE: "mandatory"}
"""A remediation that was not carried out counts as a violation."""


class Policies:
    """The policy packs of one run. One call at a time: packs are not made for threads."""

    def __init__(self, analyzers: Sequence[object]) -> None:
        self._analyzers = analyzers
        self._lock = threading.Lock()

    def configure(self, stack: StackRef, config: Mapping[str, str], secret: Iterable[str], *, preview: bool) -> None:
        """Tell the packs what is being looked at."""
        about = pb.AnalyzerStackConfigureRequest(
            stack=stack.name,
            project=stack.project,
            organization=stack.organization,
            dry_run=preview,
            config=config,
            config_secret_keys=sorted(secret),
        )
        self._ask("ConfigureStack", about)
        self._ask("Configure", pb.ConfigureAnalyzerRequest())

    def analyze(self, goal: Goal, inputs: Mapping[str, Any], provider: ResourceState | None) -> list[PolicyDiagnostic]:
        """Verdicts on one resource with its checked inputs."""
        if not self._analyzers:
            return []
        return self._ask("Analyze", _request(goal, inputs, provider))

    def mend(self, goal: Goal, inputs: Props, provider: ResourceState | None) -> tuple[Props, list[str]]:
        """`inputs` as the packs' remedies leave them, and what each of those changed. Packs mend when asked to only."""
        told: list[str] = []
        with self._lock:
            for analyzer in self._analyzers:
                if not hasattr(analyzer, "Remediate"):
                    continue
                try:
                    response = call(analyzer, "Remediate", _request(goal, inputs, provider))
                except ProviderError as refusal:
                    if refusal.unimplemented:
                        continue
                    raise
                for one in getattr(response, "remediations", ()):
                    inputs = from_struct(one.properties)
                    told.append(f"{one.policyName}: {one.description}")
        return inputs, told

    def analyze_stack(self, resources: Iterable[tuple[ResourceState, ResourceState | None]]) -> list[PolicyDiagnostic]:
        """Verdicts on all resources together, each given with its provider resource."""
        if not self._analyzers:
            return []
        return self._ask("AnalyzeStack", pb.AnalyzeStackRequest(resources=[_resource(*pair) for pair in resources]))

    def cancel(self) -> None:
        """Tell the packs that the run is over."""
        self._ask("Cancel", Empty())

    def _ask(self, method: str, request: Any) -> list[PolicyDiagnostic]:
        found: list[PolicyDiagnostic] = []
        with self._lock:
            for analyzer in self._analyzers:
                try:
                    response = call(analyzer, method, request)
                except ProviderError as refusal:
                    if refusal.unimplemented:
                        continue
                    raise
                found += [
                    _diagnostic(one) for one in getattr(response, "diagnostics", ()) if one.enforcementLevel in _LEVELS
                ]
        return found


def _diagnostic(one: Any) -> PolicyDiagnostic:
    severity = pb.PolicySeverity.Name(one.severity).removeprefix("POLICY_SEVERITY_").lower()
    level = _LEVELS[one.enforcementLevel]
    return PolicyDiagnostic(one.policyName, one.policyPackName, one.message, level, severity, one.urn, one.description)


def _request(goal: Goal, inputs: Mapping[str, Any], provider: ResourceState | None) -> pb.AnalyzeRequest:
    return pb.AnalyzeRequest(
        type=goal.type,
        properties=to_struct(inputs),
        urn=goal.urn,
        name=goal.name,
        options=_options(goal),
        provider=_provider(provider),
    )


def _options(goal: Goal) -> pb.AnalyzerResourceOptions:
    return pb.AnalyzerResourceOptions(
        protect=goal.protect,
        ignoreChanges=goal.ignore_changes,
        deleteBeforeReplace=bool(goal.delete_before_replace),
        deleteBeforeReplaceDefined=goal.delete_before_replace is not None,
        additionalSecretOutputs=goal.additional_secret_outputs,
        aliases=[alias.urn for alias in goal.aliases if alias.urn],
        parent=goal.parent,
    )


def _provider(provider: ResourceState | None) -> pb.AnalyzerProviderResource | None:
    if provider is None:
        return None
    return pb.AnalyzerProviderResource(
        type=provider.type, properties=to_struct(provider.inputs), urn=provider.urn, name=name_of(provider.urn)
    )


def _resource(resource: ResourceState, provider: ResourceState | None) -> pb.AnalyzerResource:
    depends: Callable[..., Any] = pb.AnalyzerPropertyDependencies
    return pb.AnalyzerResource(
        type=type_of(resource.urn),
        properties=to_struct(resource.outputs or resource.inputs),
        urn=resource.urn,
        name=name_of(resource.urn),
        options=pb.AnalyzerResourceOptions(
            protect=resource.protect, ignoreChanges=resource.ignore_changes, parent=resource.parent
        ),
        provider=_provider(provider),
        parent=resource.parent,
        dependencies=resource.dependencies,
        propertyDependencies={key: depends(urns=urns) for key, urns in resource.property_dependencies.items()},
    )
