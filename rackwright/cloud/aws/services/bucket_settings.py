"""S3: deleting a setting of a bucket deletes that setting, and not the bucket, as moto does; who may deliver logs.

Sources: Amazon S3 User Guide, "Permissions for log delivery"; Amazon S3 API Reference,
"DeleteBucketInventoryConfiguration", "DeleteBucketMetricsConfiguration", "DeleteBucketIntelligentTieringConfiguration"
and "DeleteBucketAnalyticsConfiguration"
(docs.aws.amazon.com/AmazonS3/latest/API, 2026-11).
"""

from __future__ import annotations

import json
from typing import Any

from moto.s3.models import FakeBucket

from rackwright.cloud.aws.call import ApiError, Behaviour, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf

LOG_DELIVERY = "logging.s3.amazonaws.com"
KINDS = ("Inventory", "Metrics", "IntelligentTiering", "Analytics")


def _kept(call: Call, kind: str) -> dict[str, Any]:
    """Configurations of one kind of one bucket, by id."""
    bucket = call.params["Bucket"]
    if bucket not in call.state().buckets:
        raise ApiError("NoSuchBucket", "The specified bucket does not exist", 404)
    found: dict[str, Any] = shelf(call, "bucket_settings").setdefault(f"{kind}/{bucket}", {})
    return found


def _put(kind: str) -> Behaviour:
    def put(call: Call) -> Reply:
        _kept(call, kind)[call.params["Id"]] = call.params[f"{kind}Configuration"]
        return call.answer({})

    return put


def _get(kind: str) -> Behaviour:
    def get(call: Call) -> Reply:
        found = _kept(call, kind).get(call.params["Id"])
        if found is None:
            raise ApiError("NoSuchConfiguration", "The specified configuration does not exist.", 404)
        return call.answer({f"{kind}Configuration": found})

    return get


def _delete(kind: str) -> Behaviour:
    def delete(call: Call) -> Reply:
        _kept(call, kind).pop(call.params["Id"], None)
        answer = call.answer({})
        return Reply(204, answer.headers, b"")

    return delete


BEHAVIOURS: Behaviours = {
    ("s3", f"{verb}Bucket{kind}Configuration"): behaviour(kind)
    for kind in KINDS
    for verb, behaviour in (("Put", _put), ("Get", _get), ("Delete", _delete))
}


def may_deliver(target_bucket: Any, target_prefix: str | None) -> bool:
    """Whether the policy of a bucket lets S3 write access logs into it; moto stumbles over other principals."""
    if not target_bucket.policy:
        return False
    document = json.loads(target_bucket.policy.decode())
    arn = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}"
    places = {arn, f"{arn}/*", f"{arn}/{target_prefix or ''}*"}
    return any(_lets_deliver(statement, places) for statement in document["Statement"])


def _lets_deliver(statement: dict[str, Any], places: set[str]) -> bool:
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else None
    return (
        statement["Effect"] == "Allow"
        and LOG_DELIVERY in _listed(service)
        and "s3:PutObject" in _listed(statement.get("Action"))
        and bool(places & set(_listed(statement.get("Resource"))))
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def install() -> None:
    """Every bucket is judged so."""
    type.__setattr__(FakeBucket, "_log_permissions_enabled_policy", staticmethod(may_deliver))
