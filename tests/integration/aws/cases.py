"""One case per resource type: inputs, what a later edit changes, and what must be true of the outputs."""

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

    @property
    def vpc(self) -> str:
        return self.make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.9.0.0/16"})[0]

    @property
    def subnet(self) -> str:
        return self.make("aws:ec2/subnet:Subnet", {"vpcId": self.vpc, "cidrBlock": "10.9.0.0/24"})[0]

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
    def locked_bucket(self) -> str:
        return self.make("aws:s3/bucket:Bucket", {"bucket": "world-locked", "objectLockEnabled": True}, "locked")[0]


TAGS = {"Name": "a", "team": "x"}
NEW_TAGS = {"tags": {"Name": "b", "more": "y"}}
VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
RULE = {"cidrIpv4": "10.0.0.0/8", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "description": "ssh"}

NETWORK = [
    Case(
        VPC,
        lambda w: {"cidrBlock": "10.8.0.0/16", "enableDnsSupport": True, "enableDnsHostnames": True, "tags": TAGS},
        {**NEW_TAGS, "enableDnsHostnames": False},
        {"cidrBlock": "10.7.0.0/16"},
        {"enableDnsHostnames": True, "tags": TAGS, "tagsAll": TAGS, "cidrBlock": "10.8.0.0/16"},
    ),
    Case(
        SUBNET,
        lambda w: {"vpcId": w.vpc, "cidrBlock": "10.9.7.0/24", "availabilityZoneId": "use1-az4", "tags": TAGS},
        {**NEW_TAGS, "mapPublicIpOnLaunch": True},
        {"availabilityZoneId": "use1-az1"},
        {"availabilityZoneId": "use1-az4", "mapPublicIpOnLaunch": False},
    ),
    Case("aws:ec2/internetGateway:InternetGateway", lambda w: {"tags": TAGS}, NEW_TAGS),
    Case(
        "aws:ec2/eip:Eip",
        lambda w: {"domain": "vpc", "tags": TAGS},
        NEW_TAGS,
        {"domain": "standard"},
        {"domain": "vpc"},
    ),
    Case(
        "aws:ec2/natGateway:NatGateway",
        lambda w: {"subnetId": w.subnet, "allocationId": w.address, "tags": TAGS},
        NEW_TAGS,
        {"subnetId": "subnet-other"},
        {"connectivityType": "public"},
    ),
    Case("aws:ec2/routeTable:RouteTable", lambda w: {"vpcId": w.vpc, "tags": TAGS}, NEW_TAGS, {"vpcId": "vpc-other"}),
    Case(
        "aws:ec2/route:Route",
        lambda w: {"routeTableId": w.table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": w.gateway},
        {},
        {"destinationCidrBlock": "1.0.0.0/8"},
    ),
    Case(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        lambda w: {"routeTableId": w.table, "subnetId": w.subnet},
        {},
        {"subnetId": "subnet-other"},
    ),
    Case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        lambda w: {
            "vpcId": w.vpc,
            "serviceName": "com.amazonaws.us-east-1.s3",
            "vpcEndpointType": "Gateway",
            "routeTableIds": [w.table],
            "tags": TAGS,
        },
        {"tags": {"Name": "b"}, "routeTableIds": []},
        {"serviceName": "com.amazonaws.us-east-1.dynamodb"},
    ),
    Case(
        "aws:ec2/securityGroup:SecurityGroup",
        lambda w: {"vpcId": w.vpc, "description": "nodes", "tags": TAGS},
        NEW_TAGS,
        {"description": "others"},
        {"name": "it-0102030"},
    ),
    Case(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        lambda w: {"vpcId": w.vpc, "ingress": [], "egress": [], "tags": TAGS},
        NEW_TAGS,
        expect={"ingress": [], "egress": []},
        stays=True,
    ),
    Case(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        lambda w: {"securityGroupId": w.group, **RULE, "tags": TAGS},
        {"cidrIpv4": "10.1.0.0/16", "tags": {"Name": "b"}},
        {"securityGroupId": "sg-other"},
        {"cidrIpv4": "10.0.0.0/8", "fromPort": 22},
    ),
    Case(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        lambda w: {"securityGroupId": w.group, "referencedSecurityGroupId": w.group, "ipProtocol": "-1"},
        {"description": "fabric"},
        {"securityGroupId": "sg-other"},
    ),
]
IDENTITY = [
    Case(
        "aws:iam/role:Role",
        lambda w: {"assumeRolePolicy": TRUST, "description": "one", "tags": TAGS},
        {"description": "two", "maxSessionDuration": 7200, **NEW_TAGS},
        {"path": "/other/"},
        {"name": "it-0102030"},
    ),
    Case(
        "aws:iam/policy:Policy",
        lambda w: {"policy": allow("s3:GetObject"), "tags": TAGS},
        {"policy": allow("s3:PutObject"), **NEW_TAGS},
        {"description": "x"},
    ),
    Case(
        "aws:iam/rolePolicy:RolePolicy",
        lambda w: {"role": w.role, "name": "inline", "policy": allow("s3:GetObject")},
        {"policy": allow("s3:PutObject")},
        {"role": "other"},
    ),
    Case(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        lambda w: {"role": w.role, "policyArn": w.policy},
        {},
        {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    ),
    Case(
        "aws:iam/instanceProfile:InstanceProfile",
        lambda w: {"role": w.role, "tags": TAGS},
        {"tags": {"Name": "b"}},
        {"path": "/other/"},
        {"role": "world"},
    ),
    Case(
        "aws:kms/key:Key",
        lambda w: {"description": "data", "enableKeyRotation": True, "rotationPeriodInDays": 365, "tags": TAGS},
        {"description": "more data", **NEW_TAGS},
        {"keyUsage": "SIGN_VERIFY"},
        {"enableKeyRotation": True, "rotationPeriodInDays": 365},
    ),
    Case(
        "aws:kms/alias:Alias",
        lambda w: {"name": "alias/it", "targetKeyId": w.key["keyId"]},
        {},
        {"name": "alias/other"},
    ),
    Case(
        "aws:ebs/encryptionByDefault:EncryptionByDefault", lambda w: {"enabled": True}, {"enabled": False}, stays=True
    ),
]
BUCKETS = [
    Case(
        "aws:s3/bucket:Bucket",
        lambda w: {"bucket": "it-bucket", "forceDestroy": True, "tags": TAGS},
        {"forceDestroy": False, **NEW_TAGS},
        {"bucket": "other"},
        {"arn": "arn:aws:s3:::it-bucket"},
    ),
    Case(
        "aws:s3/bucketVersioning:BucketVersioning",
        lambda w: {"bucket": w.bucket, "versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "Suspended"}},
        {"bucket": "other"},
        stays=True,
    ),
    Case(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        lambda w: {
            "bucket": w.bucket,
            "rules": [
                {
                    "bucketKeyEnabled": True,
                    "applyServerSideEncryptionByDefault": {
                        "sseAlgorithm": "aws:kms",
                        "kmsMasterKeyId": w.key["arn"],
                    },
                }
            ],
        },
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        lambda w: {
            "bucket": w.bucket,
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        {"restrictPublicBuckets": False},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        lambda w: {"bucket": w.bucket, "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        lambda w: {
            "bucket": w.bucket,
            "rules": [
                {
                    "id": "retention",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrentVersionExpiration": {"noncurrentDays": 400},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                }
            ],
        },
        {"rules": [{"id": "x", "status": "Enabled", "filter": {"prefix": "logs/"}, "expiration": {"days": 30}}]},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        lambda w: {"bucket": w.locked_bucket, "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 30}}},
        {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 60}}},
        {"bucket": "other"},
        stays=True,
    ),
    Case(
        "aws:s3/bucketLogging:BucketLogging",
        lambda w: {"bucket": w.bucket, "targetBucket": w.bucket, "targetPrefix": "logs/"},
        {"targetPrefix": "more/"},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketPolicy:BucketPolicy",
        lambda w: {"bucket": w.bucket, "policy": allow("s3:GetObject", "arn:aws:s3:::world-bucket/*")},
        {"policy": allow("s3:PutObject", "arn:aws:s3:::world-bucket/*")},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketObject:BucketObject",
        lambda w: {"bucket": w.bucket, "key": "it/file.txt", "content": "hello"},
        {"content": "world"},
        {"key": "other"},
    ),
]
CASES = [*NETWORK, *IDENTITY, *BUCKETS]
