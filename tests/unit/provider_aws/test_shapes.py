"""Properties to API parameters and back."""

from datetime import UTC, datetime

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.engine.providers.aws.shapes import camel, from_api, tag_list, tag_map, to_api

EC2 = botocore.session.Session().get_service_model("ec2")
VPC = EC2.operation_model("CreateVpc").input_shape
TEMPLATE = EC2.operation_model("CreateLaunchTemplate").input_shape.members["LaunchTemplateData"]


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("CidrBlock", "cidrBlock"),
        ("KMSMasterKeyID", "kmsMasterKeyId"),
        ("S3BucketName", "s3BucketName"),
        ("HttpPutResponseHopLimit", "httpPutResponseHopLimit"),
        ("BlockPublicAcls", "blockPublicAcls"),
    ],
)
def test_properties_are_named_as_pulumi_names_them(member, name) -> None:
    assert camel(member) == name


def test_values_become_what_the_api_wants() -> None:
    nic = {"deviceIndex": 1, "networkCardIndex": 2.0, "deleteOnTermination": "true", "securityGroups": ["sg-1"]}
    found = to_api(TEMPLATE, {"networkInterfaces": [nic], "ebsOptimized": "false"}, {"Groups": "securityGroups"})
    assert found == {
        "EbsOptimized": False,
        "NetworkInterfaces": [
            {"DeviceIndex": 1, "NetworkCardIndex": 2, "DeleteOnTermination": True, "Groups": ["sg-1"]}
        ],
    }


def test_unknown_properties_and_nulls_are_left_out() -> None:
    assert to_api(VPC, {"cidrBlock": "10.0.0.0/8", "nonsense": 1, "instanceTenancy": None}) == {
        "CidrBlock": "10.0.0.0/8"
    }


def test_a_flattened_list_of_one_becomes_a_list() -> None:
    shape = EC2.operation_model("DescribeVpcs").input_shape
    assert to_api(shape, {"vpcIds": "vpc-1"}) == {"VpcIds": ["vpc-1"]}


def test_times_tags_and_nulls_come_back_as_properties() -> None:
    when = datetime(2026, 11, 21, tzinfo=UTC)
    answer = {"VpcId": "v", "Tags": [{"Key": "a", "Value": "b"}], "When": when, "Nothing": None}
    assert from_api(answer) == {"vpcId": "v", "tags": {"a": "b"}, "when": when.isoformat()}


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_tags_survive_the_way_there_and_back(tags) -> None:
    assert tag_map(tag_list(tags)) == tags
    assert tag_map(tag_list(tags, "TagKey", "TagValue"), "TagKey", "TagValue") == tags


booleans = st.sampled_from([True, False])
options = st.fixed_dictionaries(
    {},
    optional={
        "httpTokens": st.sampled_from(["required", "optional"]),
        "httpPutResponseHopLimit": st.integers(1, 64),
        "httpEndpoint": st.sampled_from(["enabled", "disabled"]),
    },
)
templates = st.fixed_dictionaries(
    {},
    optional={
        "imageId": st.text("abc", min_size=1),
        "disableApiTermination": booleans,
        "metadataOptions": options.filter(bool),
        "blockDeviceMappings": st.lists(
            st.fixed_dictionaries(
                {
                    "deviceName": st.text("abc/", min_size=1),
                    "ebs": st.fixed_dictionaries({"volumeSize": st.integers(1, 999), "encrypted": booleans}),
                }
            ),
            min_size=1,
            max_size=3,
        ),
    },
)


@given(templates)
def test_a_template_survives_the_way_there_and_back(template) -> None:
    assert from_api(to_api(TEMPLATE, template)) == template
