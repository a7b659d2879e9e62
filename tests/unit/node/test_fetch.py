"""The first-boot program: requests signed as AWS's own library signs them, bundles believed by their key only."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import time
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rackwright.design.boot import MOST_BYTES, BundleSource, boot_script, source_for
from rackwright.diagnostics import InputError
from rackwright.evidence.keys import SigningKey, new_key
from rackwright.node import fetch

NOW = time.gmtime(1_790_000_000)
KEYS = {"AccessKeyId": "AKID", "SecretAccessKey": "a secret", "Token": "a token"}


def archive(name: str = "hello") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = 2
        tar.addfile(info, io.BytesIO(b"hi"))
    return made.getvalue()


def bundle(key: SigningKey, payload: bytes) -> bytes:
    return key.sign(fetch.MAGIC + payload).encode() + b"\n" + payload


def node(key: SigningKey, **more: str) -> dict[str, str]:
    return {"public_key": key.public.pem.decode(), **more}


@pytest.mark.parametrize(("service", "method", "body"), [("s3", "GET", b""), ("secretsmanager", "POST", b'{"a": 1}')])
def test_a_request_is_signed_as_the_official_library_signs_it(
    service: str, method: str, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"host": "b.example.com", "x-amz-target": "a.B"}
    ours = fetch.sign(method, "/bundles/current", headers, body, KEYS, "us-east-1", service, NOW)
    request = AWSRequest(method, "https://b.example.com/bundles/current", headers=headers, data=body)
    request.headers["x-amz-content-sha256"] = hashlib.sha256(body).hexdigest()
    request.headers["x-amz-date"] = ours["x-amz-date"]
    request.headers["x-amz-security-token"] = KEYS["Token"]
    theirs = SigV4Auth(Credentials("AKID", "a secret", "a token"), service, "us-east-1")
    request.context["timestamp"] = ours["x-amz-date"]
    canonical = theirs.canonical_request(request)
    signature = theirs.signature(theirs.string_to_sign(request, canonical), request)
    assert ours["authorization"].endswith(f"Signature={signature}")


def test_a_bundle_of_the_clusters_key_is_unpacked_once(tmp_path: Path) -> None:
    key = new_key()
    data = bundle(key, archive())
    folder = fetch.unpacked(data, node(key), tmp_path)
    assert (folder / "hello").read_text() == "hi"
    assert folder.name == hashlib.sha256(data).hexdigest()
    assert fetch.unpacked(data, node(new_key()), tmp_path) == folder, "what was verified and unpacked is not done again"


@pytest.mark.parametrize("change", ["content", "signature", "other key"])
def test_a_bundle_that_was_changed_or_signed_by_another_key_is_refused(change: str, tmp_path: Path) -> None:
    key = new_key()
    signed = bytearray(bundle(key, archive()))
    if change == "content":
        signed[-1] ^= 1
    if change == "signature":
        signed[0] = ord("0") if signed[0] != ord("0") else ord("1")
    with pytest.raises(ValueError, match="signature is not the cluster's"):
        fetch.unpacked(bytes(signed), node(new_key() if change == "other key" else key), tmp_path)
    assert not list(tmp_path.rglob("hello"))


def test_a_pinned_digest_admits_no_other_bundle_of_the_same_key(tmp_path: Path) -> None:
    key = new_key()
    with pytest.raises(ValueError, match=f"expected {'a' * 64}"):
        fetch.unpacked(bundle(key, archive()), node(key, digest="a" * 64), tmp_path)


def test_a_half_unpacked_bundle_is_unpacked_anew(tmp_path: Path) -> None:
    key = new_key()
    (tmp_path / "bundles/new/content").mkdir(parents=True)
    (tmp_path / "bundles/new/content/stale").write_text("of a run that was cut")
    folder = fetch.unpacked(bundle(key, archive()), node(key), tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["hello"]


def test_waits_grow_and_stay_bounded() -> None:
    waits = fetch.waits(8.0)
    assert waits[0] < 2
    assert max(waits) <= 8.0 * 1.3
    assert sum(waits) > 30


def source(endpoint: str | None = None) -> BundleSource:
    pem = new_key().public.pem.decode()
    return source_for(bucket="b", region="us-east-1", public_key=pem, endpoint=endpoint, cidr="10.40.0.0/16")


def test_user_data_carries_the_node_the_program_and_no_more_than_ec2_takes() -> None:
    text = boot_script({"cluster": "c", "pool": "train", "roles": ["base"] * 40}, source())
    assert text.startswith("#!/bin/sh\n")
    assert len(text.encode()) < MOST_BYTES
    told = next(json.loads(line) for line in text.splitlines() if line.startswith("{"))
    assert (told["pool"], told["bucket"]) == ("train", "b")
    assert "endpoint" not in told
    assert Path(str(fetch.__file__)).read_text().rstrip() in text


def test_a_node_that_is_pushed_to_fetches_nothing() -> None:
    assert "rackwright-pull" not in boot_script({"cluster": "c"}, None)


def test_machines_of_the_local_cloud_reach_the_api_on_their_bridge() -> None:
    found = source("http://127.0.0.1:4599")
    assert (found.endpoint, found.metadata) == ("http://10.40.0.1:4599", "http://10.40.0.1:1338")


def test_user_data_that_ec2_would_refuse_is_refused_here() -> None:
    with pytest.raises(InputError, match="EC2 takes at most 16384"):
        boot_script({"cluster": "c" * MOST_BYTES}, None)
