"""What a case of a resource type is, and the world that it lives in."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def allow(action: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": [action], "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class Case:
    token: str
    inputs: Callable[["World"], dict]
    edit: dict = field(default_factory=dict)
    """Inputs that an update in place changes."""
    replaces: dict = field(default_factory=dict)
    """Inputs that force a replacement."""
    expect: dict = field(default_factory=dict)
    """Outputs after creation."""
    stays: bool = False
    """The thing exists on after Delete, as in pulumi-aws."""
    imports: bool = True
    """Inputs survive a read."""

    @property
    def id(self) -> str:
        return self.token.rpartition(":")[2]


class World:
    """Creates on demand, and remembers, what a case needs to exist."""

    def __init__(self, engine) -> None:
        self._engine, self._made = engine, {}

    def make(self, token: str, inputs: dict, name: str = "world") -> tuple[str, dict]:
        key = (token, name)
        if key not in self._made:
            id_, _, outputs = self._engine.create(token, inputs, name)
            self._made[key] = (id_, outputs)
        return self._made[key]

    def invoke(self, function: str, **args) -> dict:
        return self._engine.invoke(function, **args)

    def once(self, token: str, inputs: dict) -> str:
        """The one thing of its type that an account can have, whoever made it."""
        urn = self._engine.urn(token, "world")
        return self._engine.provider.settle(token, urn, inputs) or self.make(token, inputs)[0]

    @property
    def vpc(self) -> str:
        return self.make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.9.0.0/16"})[0]

    @property
    def subnet(self) -> str:
        return self.make(
            "aws:ec2/subnet:Subnet", {"vpcId": self.vpc, "cidrBlock": "10.9.0.0/24", "availabilityZoneId": "use1-az6"}
        )[0]

    @property
    def gateway(self) -> str:
        return self.make("aws:ec2/internetGateway:InternetGateway", {"vpcId": self.vpc})[0]

    @property
    def address(self) -> str:
        return self.make("aws:ec2/eip:Eip", {"domain": "vpc"})[0]

    @property
    def table(self) -> str:
        return self.make("aws:ec2/routeTable:RouteTable", {"vpcId": self.vpc})[0]

    @property
    def group(self) -> str:
        return self.make("aws:ec2/securityGroup:SecurityGroup", {"vpcId": self.vpc})[0]

    @property
    def role(self) -> str:
        return self.make("aws:iam/role:Role", {"name": "world", "assumeRolePolicy": TRUST})[0]

    @property
    def policy(self) -> str:
        return self.make("aws:iam/policy:Policy", {"policy": allow("s3:GetObject")})[0]

    @property
    def key(self) -> dict:
        return self.make("aws:kms/key:Key", {"description": "world"})[1]

    @property
    def bucket(self) -> str:
        return self.make("aws:s3/bucket:Bucket", {"bucket": "world-bucket"})[0]

    @property
    def log_bucket(self) -> str:
        name = self.make("aws:s3/bucket:Bucket", {"bucket": "world-logs"}, "logs")[0]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": ["s3:PutObject"],
            "Resource": f"arn:aws:s3:::{name}/*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.make("aws:s3/bucketPolicy:BucketPolicy", {"bucket": name, "policy": policy}, "logs")
        return name

    @property
    def locked_bucket(self) -> str:
        return self.make("aws:s3/bucket:Bucket", {"bucket": "world-locked", "objectLockEnabled": True}, "locked")[0]

    @property
    def role_arn(self) -> str:
        return self.make("aws:iam/role:Role", {"name": "world", "assumeRolePolicy": TRUST})[1]["arn"]

    @property
    def profile(self) -> str:
        return self.make("aws:iam/instanceProfile:InstanceProfile", {"name": "world", "role": self.role})[0]

    @property
    def image(self) -> str:
        args = {"owners": ["self"], "filters": [{"name": "name", "values": ["rackwright-local-debian-13"]}]}
        return self._engine.invoke("aws:ec2/getAmi:getAmi", mostRecent=True, **args)["id"]

    @property
    def placement(self) -> str:
        return self.make("aws:ec2/placementGroup:PlacementGroup", {"name": "world", "strategy": "cluster"})[0]

    @property
    def template(self) -> str:
        nics = [{**nic, "securityGroups": [self.group]} for nic in NICS]
        template = {"imageId": self.image, "instanceType": "p5.48xlarge", "networkInterfaces": nics}
        return self.make("aws:ec2/launchTemplate:LaunchTemplate", {**template, "name": "world"})[0]

    @property
    def file_system(self) -> str:
        return self.make("aws:efs/fileSystem:FileSystem", {"creationToken": "world"})[0]

    @property
    def log_group(self) -> dict:
        return self.make("aws:cloudwatch/logGroup:LogGroup", {"name": "/world"})[1]

    @property
    def topic(self) -> str:
        return self.make("aws:sns/topic:Topic", {"name": "world"})[0]


TAGS = {"Name": "a", "team": "x"}
NEW_TAGS = {"tags": {"Name": "b", "more": "y"}}
NICS = [
    {"networkCardIndex": 0, "deviceIndex": 0, "interfaceType": "interface", "deleteOnTermination": "true"},
    {"networkCardIndex": 1, "deviceIndex": 1, "interfaceType": "efa", "deleteOnTermination": "true"},
    {"networkCardIndex": 2, "deviceIndex": 1, "interfaceType": "efa-only", "deleteOnTermination": "true"},
]
