"""Short names of common failures, and how each service words them.

Sources: Amazon EC2 API Reference, "Error codes for the Amazon EC2 API"; AWS General Reference, "Common errors"; Amazon
S3 API Reference, "Error responses" (docs.aws.amazon.com, 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Wording:
    """An error as an API answers it."""

    code: str
    status: int
    message: str


USUAL: Mapping[str, Wording] = {
    "capacity": Wording(
        "InsufficientInstanceCapacity",
        500,
        "We currently do not have sufficient capacity in the Availability Zone you requested.",
    ),
    "throttled": Wording("ThrottlingException", 400, "Rate exceeded"),
    "internal": Wording("InternalFailure", 500, "The request processing has failed because of an unknown error."),
    "unavailable": Wording("ServiceUnavailable", 503, "The request has failed due to a temporary failure."),
    "expired": Wording("ExpiredToken", 403, "The security token included in the request is expired."),
}
"""Name -> the error of most services."""

_ELSEWHERE: Mapping[tuple[str, str], tuple[str, int]] = {
    ("throttled", "ec2"): ("RequestLimitExceeded", 503),
    ("throttled", "s3"): ("SlowDown", 503),
    ("throttled", "autoscaling"): ("Throttling", 400),
    ("throttled", "iam"): ("Throttling", 400),
    ("throttled", "sts"): ("Throttling", 400),
    ("internal", "ec2"): ("InternalError", 500),
    ("internal", "s3"): ("InternalError", 500),
    ("unavailable", "ec2"): ("Unavailable", 503),
    ("expired", "ec2"): ("RequestExpired", 400),
    ("expired", "s3"): ("ExpiredToken", 400),
}
"""(name, service) -> code and status where a service has its own."""


def worded(error: str, service: str) -> Wording:
    """`error` (a short name or an AWS code) as `service` says it."""
    usual = USUAL.get(error, Wording(error, 400, "injected"))
    code, status = _ELSEWHERE.get((error, service), (usual.code, usual.status))
    known = next((one for one in USUAL.values() if one.code == code), usual)
    return replace(known, code=code, status=status if error in USUAL else known.status)
