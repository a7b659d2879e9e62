"""The survey of an account finds everything that was made there, as the provider made it."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from rackwright.diagnostics import StepFailed
from rackwright.engine.providers.aws.listing import ReadOnlyCloud, survey
from rackwright.engine.providers.aws.listing.permissions import OPERATIONS
from rackwright.engine.providers.aws.listing.table import NOT_LISTED, lister_of
from rackwright.engine.providers.aws.types import TYPES
from rackwright.pipeline.judging.account_facts import account_documents
from tests.integration.aws.cases import CASES
from tests.integration.aws.conftest import REGION, Engine, start
from tests.integration.aws.world import World

pytestmark = pytest.mark.cloud
VPC = "aws:ec2/vpc:Vpc"


def denied(operation):
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """An account with one thing of each type: {token: id}, and where to ask."""
    emulator = start(tmp_path_factory.mktemp("account"))
    engine = Engine(emulator.url)
    world = World(engine)
    made = {case.token: engine.create(case.token, case.inputs(world), f"live-{case.id}")[0] for case in CASES}
    yield made, emulator.url
    emulator.kill()


def test_everything_that_was_made_is_found(account):
    made, url = account
    found = {(one.type, one.id) for one in survey(ReadOnlyCloud(REGION, url)).things}
    listed = {token: id_ for token, id_ in made.items() if token not in NOT_LISTED}
    assert not [token for token, id_ in listed.items() if (token, id_) not in found]


def test_every_type_says_how_it_is_listed_or_why_not():
    assert not [token for token in TYPES if lister_of(token) is None and token not in NOT_LISTED]


def test_what_could_not_be_read_is_told_and_costs_nothing_else(account, monkeypatch):
    made, url = account
    cloud = ReadOnlyCloud(REGION, url)
    asked = cloud.client("s3")
    monkeypatch.setattr(asked, "list_buckets", lambda **_: denied("ListBuckets"))
    monkeypatch.setattr(asked, "can_paginate", lambda _: False)
    found = survey(cloud)
    assert ("aws:s3/bucket:Bucket", None, "no permission for ListBuckets (AccessDenied)") in {
        (one.type, one.id, one.reason) for one in found.not_read
    }
    assert (VPC, made[VPC]) in {(one.type, one.id) for one in found.things}


def test_it_only_reads(account):
    with pytest.raises(StepFailed, match="no read-only operation"):
        ReadOnlyCloud(REGION, account[1]).call("ec2", "DeleteVpc", VpcId="vpc-1")


def test_the_published_policy_allows_just_what_a_survey_asks(account):
    cloud = ReadOnlyCloud(REGION, account[1])
    survey(cloud)
    account_documents(cloud, datetime(2026, 11, 21, tzinfo=UTC), in_use=True)
    # The local AWS has no API of accounts: after the first refusal nothing more is asked there.
    asked = {("account", "GetAlternateContact"), *cloud.used}
    assert set(OPERATIONS) == asked, "rackwright/engine/providers/aws/listing/operations.csv names them"
