"""What went wrong in AWS, in a person's words: type, name, code and request id, never a secret."""

from __future__ import annotations

import re

import grpc
from botocore.exceptions import BotoCoreError, ClientError

from rackwright.diagnostics import CapacityError, ClusterError, StepFailed
from rackwright.engine.providers.aws.cloud import code_of
from rackwright.engine.providers.aws.retries import OutcomeUnknown

_CAPACITY = re.compile(
    r"InsufficientInstanceCapacity|InsufficientCapacity|InsufficientHostCapacity|VcpuLimitExceeded|"
    r"InstanceLimitExceeded|MaxSpotInstanceCountExceeded|ServiceLimitExceeded|ServiceQuotaExceeded|"
    r"(Vpc|Address|VolumeStorage|NatGateway|NetworkInterface|Subnet|SecurityGroup)\w*LimitExceeded|"
    r"ReservationCapacityExceeded|InsufficientFreeAddressesInSubnet"
)
_EXPIRED = re.compile(r"Expired(Token|TokenException)?$|RequestExpired|TokenRefreshRequired")
_SECRET = re.compile(r"(AKIA|ASIA)[A-Z0-9]{16}|(?i:password|secret|token)\s*[=:]\s*\S+")


def translate(error: Exception, type_: str, urn: str, doing: str) -> ClusterError:
    """`error` as one of ours; capacity and quota errors become `CapacityError` with advice."""
    name = urn.rsplit("::", 1)[-1]
    what = f"could not {doing} {type_} {name!r}"
    if isinstance(error, ClusterError):
        return error
    if isinstance(error, ClientError):
        return _client_error(error, what, urn)
    if isinstance(error, OutcomeUnknown):
        hint = "run the same command again: it looks for what this left before it makes anything"
        return StepFailed(f"{what}: {_clean(str(error))}; it may have been carried out", where=urn, hint=hint)
    if isinstance(error, BotoCoreError):
        return StepFailed(f"{what}: {_clean(str(error))}", where=urn, hint="is the cloud up? ./rw cloud status")
    return StepFailed(f"{what}: {type(error).__name__}: {_clean(str(error))}", where=urn)


def _client_error(error: ClientError, what: str, urn: str) -> ClusterError:
    code, told = code_of(error), _clean(str(error.response.get("Error", {}).get("Message", "")))
    request = error.response.get("ResponseMetadata", {}).get("RequestId") or "none"
    summary = f"{what}: {code}: {told} (request {request})"
    if _CAPACITY.search(code):
        return CapacityError(summary, where=urn, hint=_advice(code))
    if _EXPIRED.search(code):
        hint = "sign in again (aws sso login, or new keys) and run the same command again; what was done is recorded"
        return StepFailed(f"{what}: the credentials have expired ({code})", where=urn, hint=hint)
    return StepFailed(summary, where=urn)


def _advice(code: str) -> str:
    if "Limit" in code or "Quota" in code:
        return "ask for a higher quota (Service Quotas), or make the pool smaller"
    if "Addresses" in code:
        return "give the pool a larger subnet"
    return "try another zone, another machine type, or a capacity reservation or block for this pool"


def _clean(text: str) -> str:
    return _SECRET.sub("[hidden]", text)


def status_of(error: ClusterError) -> grpc.StatusCode:
    """GRPC status for an error of ours."""
    return grpc.StatusCode.RESOURCE_EXHAUSTED if isinstance(error, CapacityError) else grpc.StatusCode.UNKNOWN
