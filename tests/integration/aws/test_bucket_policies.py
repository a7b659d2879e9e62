"""Bucket policies of the local AWS: what a plain statement refuses is refused, a condition refuses nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.cloud


def policy(bucket: str, **condition: Any) -> str:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{bucket}/*"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **condition}]})


def test_a_statement_that_asks_for_tls_lets_objects_in_and_one_without_a_condition_does_not(emulator: Any) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="policies-of-buckets")
    tls = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(Bucket="policies-of-buckets", Policy=policy("policies-of-buckets", **tls))
    s3.put_object(Bucket="policies-of-buckets", Key="a/b", Body=b"x")
    assert s3.get_object(Bucket="policies-of-buckets", Key="a/b")["Body"].read() == b"x"
    s3.put_bucket_policy(Bucket="policies-of-buckets", Policy=policy("policies-of-buckets"))
    with pytest.raises(ClientError, match="403"):
        s3.get_object(Bucket="policies-of-buckets", Key="a/b")
