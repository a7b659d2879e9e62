"""S3: deleting a setting of a bucket deletes that setting, and not the bucket, as moto does.

Sources: Amazon S3 API Reference, "DeleteBucketInventoryConfiguration", "DeleteBucketMetricsConfiguration",
"DeleteBucketIntelligentTieringConfiguration" and "DeleteBucketAnalyticsConfiguration"
(docs.aws.amazon.com/AmazonS3/latest/API, 2026-11).
"""

from __future__ import annotations

from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviour, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf

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
