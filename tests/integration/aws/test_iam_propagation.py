"""EC2 hears of a new instance profile a little later, and the provider waits for it."""

import pytest
from botocore.exceptions import ClientError

from tests.integration.aws.conftest import Engine
from tests.integration.aws.world import TRUST, World

pytestmark = pytest.mark.cloud


def test_an_instance_is_launched_once_ec2_has_heard_of_its_profile(start_emulator, tmp_path) -> None:
    plan = tmp_path / "faults.yaml"
    plan.write_text("time_scale: 0.4")
    emulator = start_emulator(tmp_path / "state", "--faults", str(plan))
    engine = Engine(emulator.url)
    world = World(engine)
    image, subnet, ec2 = world.image, world.subnet, emulator.client("ec2")
    ec2.describe_instances()  # connected before the clock of the profile starts
    role = engine.create("aws:iam/role:Role", {"name": "fresh", "assumeRolePolicy": TRUST}, "fresh")[0]
    profile = engine.create("aws:iam/instanceProfile:InstanceProfile", {"name": "fresh", "role": role}, "fresh")[0]
    with pytest.raises(ClientError, match="iamInstanceProfile is invalid"):
        ec2.run_instances(
            ImageId=image, InstanceType="m7i.large", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": profile}
        )
    inputs = {"ami": image, "instanceType": "m7i.large", "subnetId": subnet, "iamInstanceProfile": profile}
    id_, _, outputs = engine.create("aws:ec2/instance:Instance", inputs)
    assert id_.startswith("i-")
    assert outputs["iamInstanceProfile"] == profile
