"""The provider's own configuration: pulumi-aws's inputs to `Settings`, refusing what is not the local cloud."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rackwright.diagnostics import InputError
from rackwright.engine.providers.aws.cloud import Settings
from rackwright.engine.providers.aws.shapes import Props

EndpointCheck = Callable[[str], str]
"""Returns the endpoint when the engine may talk to it, raises `InputError` otherwise."""

IGNORED = frozenset(
    (
        *("skipCredentialsValidation", "skipMetadataApiCheck", "skipRequestingAccountId", "skipRegionValidation"),
        *("s3UsePathStyle", "version", "pluginDownloadURL", "maxRetries", "retryMode", "httpProxy", "httpsProxy"),
        *("noProxy", "allowedAccountIds", "forbiddenAccountIds", "stsRegion", "s3UsEast1RegionalEndpoint"),
        *("useDualstackEndpoint", "useFipsEndpoint", "profile", "sharedConfigFiles", "sharedCredentialsFiles"),
        *("userAgents", "ec2MetadataServiceEndpoint", "ec2MetadataServiceEndpointMode", "tagPolicyCompliance"),
        *("customCaBundle", "insecure", "tokenBucketRateLimiterCapacity", "ignoreTags", "defaultTags"),
    )
)
"""Inputs of pulumi-aws that mean nothing here, or are read elsewhere in this file."""
USED = frozenset(("region", "accessKey", "secretKey", "token", "endpoints"))


def plain(props: Mapping[str, Any]) -> Props:
    """Nested values of a provider resource arrive as JSON text; plain text stays text."""
    return {key.rpartition(":")[2]: _decoded(value) for key, value in props.items()}


def _decoded(value: Any) -> Any:
    if not isinstance(value, str) or value.strip()[:1] not in {"{", "[", "t", "f", '"'}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def problems(props: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(input, what is wrong) for inputs that this provider does not know."""
    unknown = sorted(set(plain(props)) - USED - IGNORED)
    return [(key, f"the embedded engine's aws provider does not know {key!r}") for key in unknown]


def settings_from(props: Mapping[str, Any], check: EndpointCheck) -> Settings:
    """`Settings` from the inputs. Raises `InputError` when an endpoint is missing or may not be used."""
    given = plain(props)
    endpoints = _endpoints(given.get("endpoints"))
    if not endpoints:
        raise InputError(
            "the embedded engine reaches the local cloud only, and the provider names no endpoint",
            where="aws provider, endpoints",
            hint="./rw cloud up starts the local cloud; real AWS needs the pulumi CLI: ./rw tools install",
        )
    for url in endpoints.values():
        check(url)
    return Settings(
        region=str(given.get("region") or "us-east-1"),
        access_key=str(given.get("accessKey") or "test"),
        secret_key=str(given.get("secretKey") or "test"),
        token=given.get("token"),
        endpoint=next(iter(endpoints.values())),
        endpoints=endpoints,
        default_tags=(given.get("defaultTags") or {}).get("tags") or {},
    )


def _endpoints(given: Any) -> dict[str, str]:
    """Endpoint by service of a list of maps (``[{"ec2": url, "s3": url}]``) or of one map."""
    maps = given if isinstance(given, list) else [given or {}]
    return {service: str(url) for one in maps for service, url in one.items() if url}
