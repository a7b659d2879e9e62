"""Resources from what an engine asks its analyzers: checked inputs of one resource, or all resources of a stack."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2

from policies.rule import Resource
from policies.sources.wire import plain


def one_resource(request: analyzer_pb2.AnalyzeRequest) -> Resource:
    """The resource of an ``Analyze`` call. It comes without dependencies, so linked unknowns cannot be judged."""
    return Resource(request.urn, request.type, request.name, _properties(request.properties))


def all_resources(request: analyzer_pb2.AnalyzeStackRequest) -> list[Resource]:
    """The resources of an ``AnalyzeStack`` call, in the engine's order."""
    return [
        Resource(
            resource.urn,
            resource.type,
            resource.name,
            _properties(resource.properties),
            {key: tuple(value.urns) for key, value in resource.propertyDependencies.items()},
        )
        for resource in request.resources
    ]


def _properties(struct: Any) -> dict[str, Any]:
    return {key: plain(value) for key, value in json_format.MessageToDict(struct).items()}
