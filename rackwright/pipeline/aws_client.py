"""Clients of AWS with the credentials of the environment, or of the rehearsal's API in its place."""

from __future__ import annotations

from typing import Any

import botocore.session

LOCAL_REGION = "us-east-1"
"""Region of the local cloud where the spec names none."""
LOCAL_KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
"""The local AWS takes any credential; no real account accepts this one."""


def aws_client(service: str, region: str, endpoint: str | None) -> Any:
    """A botocore client; `endpoint` is the URL of the local AWS API, None means AWS."""
    keys = LOCAL_KEYS if endpoint else {}
    session = botocore.session.Session()
    return session.create_client(service, region_name=region, endpoint_url=endpoint, **keys)
