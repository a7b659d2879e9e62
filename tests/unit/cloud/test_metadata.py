"""Instance metadata: sessions only, each instance sees itself, credentials of its own role."""

from __future__ import annotations

import datetime as dt
import json
from http import HTTPStatus

from rackwright.cloud.metadata import Metadata
from rackwright.cloud.metadata import serving as serving_metadata
from rackwright.node.fetch import Cloud

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
NODE = {
    "meta-data/instance-id": "i-1",
    "meta-data/placement/region": "us-east-1",
    "meta-data/placement/availability-zone": "us-east-1a",
    "meta-data/iam/security-credentials/train-node": "train-node",
}


def metadata() -> Metadata:
    return Metadata({"10.0.0.4": NODE}.get, clock=lambda: NOW)


def got(path: str, address: str = "10.0.0.4") -> tuple[int, str]:
    asked = metadata()
    answer = asked.get(address, f"/latest/{path}", asked.token(address, "60").text)
    return int(answer.status), answer.text


def test_without_a_session_nothing_is_told() -> None:
    asked = metadata()
    assert asked.get("10.0.0.4", "/latest/meta-data/instance-id", None).status is HTTPStatus.UNAUTHORIZED
    strangers = asked.token("10.0.0.5", "60").text
    assert asked.get("10.0.0.4", "/latest/meta-data/instance-id", strangers).status is HTTPStatus.UNAUTHORIZED


def test_a_session_needs_a_life_that_ec2_gives() -> None:
    for life in (None, "0", "21601", "soon"):
        assert metadata().token("10.0.0.4", life).status is HTTPStatus.BAD_REQUEST


def test_values_and_folders_read_as_on_ec2() -> None:
    assert got("meta-data/instance-id") == (200, "i-1")
    assert got("meta-data/") == (200, "iam/\ninstance-id\nplacement/")
    assert got("meta-data/placement/") == (200, "availability-zone\nregion")
    assert got("meta-data/nothing")[0] == 404
    assert got("meta-data/instance-id", address="10.0.0.9")[0] == 404


def test_credentials_are_those_of_the_instances_role_and_end() -> None:
    assert got("meta-data/iam/security-credentials/") == (200, "train-node")
    keys = json.loads(got("meta-data/iam/security-credentials/train-node")[1])
    assert (keys["Code"], keys["Expiration"]) == ("Success", "2026-11-21T18:00:00Z")
    assert got("meta-data/iam/security-credentials/other")[0] == 404


def test_the_first_boot_program_reads_it_over_http() -> None:
    with serving_metadata("127.0.0.1", 0, {"127.0.0.1": NODE}.get) as port:
        cloud = Cloud({"metadata": f"http://127.0.0.1:{port}", "region": "us-east-1", "bucket": "b"})
        assert cloud.metadata("instance-id") == "i-1"
