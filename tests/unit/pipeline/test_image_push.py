"""Where the locked images of a stack go, and whose proof is shown there."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from rackwright.diagnostics import InputError, StepFailed
from rackwright.lock.model import Image, Lock, OperatingSystem
from rackwright.pipeline.images.image_push import ecr_copies, ecr_login, stored_login

DIGEST = "sha256:" + "a" * 64
HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
NAME = "nvcr.io/nvidia/pytorch"


def lock(*references: str) -> Lock:
    images = {name: Image(digest=DIGEST) for name in references}
    return Lock(os=OperatingSystem(distribution="debian", release="trixie"), images=images)


def ecr() -> Any:
    known = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return botocore.session.Session().create_client("ecr", region_name="us-east-1", **known)


def test_every_image_goes_to_the_repository_that_the_stack_exports() -> None:
    locked = lock(f"{NAME}:25.10-py3", f"{NAME}:25.09-py3")
    destination, copies = ecr_copies({NAME: f"{HOST}/train/{NAME}"}, "us-east-1", locked)
    assert destination.address == f"https://{HOST}"
    assert {(one.tag, one.repository) for one in copies} == {
        ("25.10-py3", f"train/{NAME}"),
        ("25.09-py3", f"train/{NAME}"),
    }


def test_an_image_without_a_repository_is_told_with_the_way_out() -> None:
    with pytest.raises(InputError, match="no repository"):
        ecr_copies({}, "us-east-1", lock(f"{NAME}:25.10-py3"))


def test_the_token_of_ecr_is_shown_as_it_is_given() -> None:
    client = ecr()
    with Stubber(client) as stub:
        stub.add_response("get_authorization_token", {"authorizationData": [{"authorizationToken": "QVdTOng="}]})
        assert ecr_login("us-east-1", client)() == "Basic QVdTOng="


def test_a_refused_token_names_the_right_that_lacks() -> None:
    client = ecr()
    with Stubber(client) as stub:
        stub.add_client_error("get_authorization_token", "AccessDeniedException")
        with pytest.raises(StepFailed) as problem:
            ecr_login("us-east-1", client)()
    assert isinstance(problem.value.__cause__, ClientError)
    assert "ecr:GetAuthorizationToken" in str(problem.value.hint)


def test_a_site_s_log_in_comes_from_where_docker_keeps_it(tmp_path: Path) -> None:
    auth = base64.b64encode(b"me:secret").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"images.site:5000": {"auth": auth}}}))
    environment = {"DOCKER_CONFIG": str(tmp_path)}
    assert stored_login("https://images.site:5000", environment) == f"Basic {auth}"
    assert stored_login("https://images.other", environment) == ""
