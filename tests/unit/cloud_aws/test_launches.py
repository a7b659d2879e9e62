"""What a launch asks for is checked as AWS checks it."""

import pytest

from rackwright.cloud.aws.call import ApiError
from rackwright.cloud.aws.services.launches import check_interfaces, merged


def nic(card: int, device: int, kind: str = "efa-only") -> dict:
    return {"NetworkCardIndex": card, "DeviceIndex": device, "InterfaceType": kind}


P5 = [nic(0, 0, "efa"), *(nic(card, 1) for card in range(1, 32))]


def test_the_full_layout_of_a_p5_is_accepted() -> None:
    check_interfaces(P5, "p5.48xlarge")


@pytest.mark.parametrize(
    ("nics", "kind", "code"),
    [
        ([nic(0, 0), nic(0, 0)], "p5.48xlarge", "InvalidParameterValue"),
        ([nic(40, 1)], "p5.48xlarge", "InvalidParameterValue"),
        ([nic(0, 0), nic(0, 1), nic(0, 2)], "p5.48xlarge", "AttachmentLimitExceeded"),
        ([nic(0, 0, "efa")], "m7i.large", "InvalidParameterCombination"),
    ],
)
def test_interfaces_that_a_type_does_not_have_are_refused(nics, kind, code) -> None:
    with pytest.raises(ApiError) as refused:
        check_interfaces(nics, kind)
    assert refused.value.code == code


def test_the_call_overrides_the_template_and_tags_mix() -> None:
    spec = {"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}]}
    more = {"ResourceType": "instance", "Tags": [{"Key": "b", "Value": "2"}]}
    found = merged(
        {"InstanceType": "x", "KeyName": "k", "TagSpecifications": [spec]},
        {"InstanceType": "y", "KeyName": None, "TagSpecifications": [more]},
    )
    assert (found["InstanceType"], found["KeyName"]) == ("y", "k")
    assert found["Tags"]["instance"] == {"a": "1", "b": "2"}
