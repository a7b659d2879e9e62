"""The provider takes pulumi-aws's configuration, and reaches nothing but the local cloud."""

import json

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pulumi.runtime.proto import provider_pb2 as pb

from rackwright.diagnostics import CapacityError, InputError, StepFailed
from rackwright.engine.properties import to_struct
from rackwright.engine.providers.aws import AwsProvider
from rackwright.engine.providers.aws.configuration import problems, settings_from
from rackwright.engine.providers.aws.errors import translate
from rackwright.engine.registry import require_local_endpoint

LOCAL = "http://127.0.0.1:5000"
URN = "urn:pulumi:s::p::aws:ec2/vpc:Vpc::net"


def test_nested_values_come_as_json_text() -> None:
    given = {"region": "eu-west-1", "endpoints": json.dumps([{"ec2": LOCAL, "s3": LOCAL}]), "accessKey": "a"}
    settings = settings_from(given, require_local_endpoint)
    assert (settings.region, settings.endpoint, settings.access_key) == ("eu-west-1", LOCAL, "a")


def test_default_tags_are_read() -> None:
    given = {"endpoints": [{"ec2": LOCAL}], "defaultTags": json.dumps({"tags": {"a": "b"}})}
    assert settings_from(given, require_local_endpoint).default_tags == {"a": "b"}


@pytest.mark.parametrize(
    "endpoint", ["https://ec2.us-east-1.amazonaws.com", "http://10.1.2.3:80", "http://example.org"]
)
def test_an_endpoint_elsewhere_is_refused(endpoint) -> None:
    with pytest.raises(InputError, match="not on this machine"):
        settings_from({"endpoints": [{"ec2": LOCAL, "s3": endpoint}]}, require_local_endpoint)


def test_without_an_endpoint_the_provider_does_not_start() -> None:
    with pytest.raises(InputError, match="names no endpoint"):
        AwsProvider().Configure(pb.ConfigureRequest(args=to_struct({"region": "us-east-1"})))


def test_unknown_configuration_is_refused_by_name() -> None:
    assert problems({"region": "x", "asumeRole": "y"}) == [
        ("asumeRole", "the embedded engine's aws provider does not know 'asumeRole'")
    ]


def test_a_provider_that_is_not_configured_says_so() -> None:
    with pytest.raises(StepFailed, match="before it was configured"):
        AwsProvider().Create(pb.CreateRequest(urn=URN, properties=to_struct({"cidrBlock": "10.0.0.0/16"})))


def refusal(code: str, message: str = "no") -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"RequestId": "r-1"}}
    return ClientError(answer, "RunInstances")


@pytest.mark.parametrize(
    "code", ["InsufficientInstanceCapacity", "VcpuLimitExceeded", "AddressLimitExceeded", "VpcLimitExceeded"]
)
def test_lack_of_capacity_ends_with_advice(code) -> None:
    error = translate(refusal(code), "aws:ec2/instance:Instance", URN, "create")
    assert isinstance(error, CapacityError)
    assert error.hint


def test_other_refusals_name_type_name_code_and_request() -> None:
    error = translate(refusal("InvalidParameterValue", "secret=hunter2"), "aws:ec2/vpc:Vpc", URN, "create")
    assert error.exit_code == 4
    assert error.summary == ("could not create aws:ec2/vpc:Vpc 'net': InvalidParameterValue: [hidden] (request r-1)")


def test_a_cloud_that_does_not_answer_is_no_bug() -> None:
    error = translate(EndpointConnectionError(endpoint_url=LOCAL), "aws:ec2/vpc:Vpc", URN, "read")
    assert isinstance(error, StepFailed)
    assert error.hint


def test_a_type_without_a_counterpart_is_recorded() -> None:
    provider = AwsProvider()
    assert provider.recorded("aws:lightsail/instance:Instance")
    assert not provider.recorded("aws:ec2/vpc:Vpc")


def test_a_preview_knows_inputs_and_marks_the_rest_unknown() -> None:
    request = pb.CreateRequest(urn=URN, properties=to_struct({"cidrBlock": "10.0.0.0/16"}), preview=True)
    props = AwsProvider().Create(request).properties
    assert props["cidrBlock"] == "10.0.0.0/16"
    assert props["arn"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def test_automatic_names_are_stable_for_a_seed_and_keep_the_old_one() -> None:
    urn = "urn:pulumi:s::p::aws:iam/role:Role::node"
    first = AwsProvider().Check(pb.CheckRequest(urn=urn, randomSeed=b"\xab\xcd\xef\x01"))
    assert first.inputs["name"] == "node-abcdef0"
    kept = AwsProvider().Check(pb.CheckRequest(urn=urn, olds=to_struct({"name": "old"}), randomSeed=b"zzzz"))
    assert kept.inputs["name"] == "old"
