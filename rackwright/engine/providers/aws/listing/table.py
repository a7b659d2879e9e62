"""How the things of each type are found: which call lists them, and what their ids are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rackwright.engine.providers.aws.listing import belonging
from rackwright.engine.providers.aws.listing.finding import Found, Lister, listed, remembered, setting_of, single, under
from rackwright.engine.providers.aws.listing.governed import GOVERNED, PARENTS_GOVERNED
from rackwright.engine.providers.aws.listing.kubernetes import CLUSTER, KUBERNETES
from rackwright.engine.providers.aws.listing.networked import NETWORKED, PARENTS_NETWORKED
from rackwright.engine.providers.aws.listing.reading import ReadOnlyCloud
from rackwright.engine.providers.aws.resource import Ec2Resource
from rackwright.engine.providers.aws.types import TYPES


def of_ec2(kind: Ec2Resource) -> Lister:
    """From how the type is described by id: the same call without ids gives all."""
    life = kind.life
    items, key = life.found.replace("[0]", "[]"), life.created.rpartition(".")[2].removesuffix("s[0]")

    def find(cloud: ReadOnlyCloud, _: Mapping[str, Sequence[Found]]) -> list[Found]:
        there = [one for one in cloud.listed("ec2", life.read, items) if _exists(one)]
        cloud.remember("ec2", life.read, items, key, there)
        return [Found(str(one[key])) for one in there]

    return find


def _exists(item: Mapping[str, Any]) -> bool:
    state = item.get("State")
    name = state.get("Name") if isinstance(state, Mapping) else state
    return name not in {"deleted", "deleting", "terminated"}


def _groups(*, default: bool) -> Lister:
    find_all = of_ec2_type("aws:ec2/securityGroup:SecurityGroup")

    def find(cloud: ReadOnlyCloud, before: Mapping[str, Sequence[Found]]) -> list[Found]:
        answers = (
            (one, cloud.call("ec2", "DescribeSecurityGroups", GroupIds=[one.id])) for one in find_all(cloud, before)
        )
        return [one for one, answer in answers if (answer["SecurityGroups"][0]["GroupName"] == "default") is default]

    return find


def of_ec2_type(token: str) -> Lister:
    """`of_ec2` of the type called `token`."""
    kind = TYPES[token]
    if not isinstance(kind, Ec2Resource):
        raise TypeError(f"{token} is not described by EC2")
    return of_ec2(kind)


def _secret_names(cloud: ReadOnlyCloud, _: Mapping[str, Sequence[Found]]) -> list[Found]:
    return [Found(arn) for arn in cloud.listed("secretsmanager", "ListSecrets", "SecretList[].ARN")]


def _budgets(cloud: ReadOnlyCloud, _: Mapping[str, Sequence[Found]]) -> list[Found]:
    account = cloud.account
    names = cloud.listed("budgets", "DescribeBudgets", "Budgets[].BudgetName", AccountId=account)
    return [Found(f"{account}:{name}") for name in names]


def _customer_keys(cloud: ReadOnlyCloud, _: Mapping[str, Sequence[Found]]) -> list[Found]:
    ids = cloud.listed("kms", "ListKeys", "Keys[].KeyId")
    managers = {id_: cloud.call("kms", "DescribeKey", KeyId=id_)["KeyMetadata"].get("KeyManager") for id_ in ids}
    return [Found(id_) for id_, manager in managers.items() if manager != "AWS"]


BUCKET, ROLE = "aws:s3/bucket:Bucket", "aws:iam/role:Role"
FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"

_SPECIAL: dict[str, Lister] = {
    "aws:ec2/securityGroup:SecurityGroup": _groups(default=False),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _groups(default=True),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": listed(
        "ec2", "DescribeSecurityGroupRules", "SecurityGroupRules[?!IsEgress].SecurityGroupRuleId"
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": listed(
        "ec2", "DescribeSecurityGroupRules", "SecurityGroupRules[?IsEgress].SecurityGroupRuleId"
    ),
    "aws:ec2/route:Route": belonging.routes,
    "aws:ec2/routeTable:RouteTable": belonging.route_tables,
    "aws:ec2/instance:Instance": belonging.instances,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": listed(
        "ec2", "DescribeRouteTables", "RouteTables[].Associations[?!Main][].RouteTableAssociationId"
    ),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": single(
        lambda cloud: f"ebs-encryption-by-default-{cloud.region}"
    ),
    "aws:autoscaling/group:Group": listed(
        "autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups[].AutoScalingGroupName"
    ),
    ROLE: listed("iam", "ListRoles", "Roles[?!starts_with(Path, '/aws-service-role/')].RoleName"),
    "aws:iam/policy:Policy": listed("iam", "ListPolicies", "Policies[].Arn", Scope="Local"),
    "aws:iam/instanceProfile:InstanceProfile": listed(
        "iam", "ListInstanceProfiles", "InstanceProfiles[].InstanceProfileName"
    ),
    "aws:iam/rolePolicy:RolePolicy": under(
        ROLE, "iam", "ListRolePolicies", "RoleName", "PolicyNames[]", "{parent}:{item}"
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": under(
        ROLE, "iam", "ListAttachedRolePolicies", "RoleName", "AttachedPolicies[].PolicyArn", "{parent}/{item}"
    ),
    "aws:kms/key:Key": _customer_keys,
    "aws:kms/alias:Alias": listed("kms", "ListAliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName"),
    BUCKET: listed("s3", "ListBuckets", "Buckets[].Name"),
    "aws:fsx/lustreFileSystem:LustreFileSystem": listed(
        "fsx", "DescribeFileSystems", "FileSystems[?FileSystemType=='LUSTRE'].FileSystemId"
    ),
    FILE_SYSTEM: remembered("efs", "DescribeFileSystems", "FileSystems[]", "FileSystemId"),
    "aws:efs/mountTarget:MountTarget": under(
        FILE_SYSTEM, "efs", "DescribeMountTargets", "FileSystemId", "MountTargets[].MountTargetId"
    ),
    "aws:efs/accessPoint:AccessPoint": listed("efs", "DescribeAccessPoints", "AccessPoints[].AccessPointId"),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": setting_of(FILE_SYSTEM),
    "aws:efs/backupPolicy:BackupPolicy": setting_of(FILE_SYSTEM),
    "aws:cloudwatch/logGroup:LogGroup": remembered("logs", "DescribeLogGroups", "logGroups[]", "logGroupName"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": remembered("cloudwatch", "DescribeAlarms", "MetricAlarms[]", "AlarmName"),
    "aws:cloudtrail/trail:Trail": listed("cloudtrail", "ListTrails", "Trails[].TrailARN"),
    "aws:sns/topic:Topic": listed("sns", "ListTopics", "Topics[].TopicArn"),
    "aws:budgets/budget:Budget": _budgets,
    "aws:secretsmanager/secret:Secret": _secret_names,
    **GOVERNED,
    **KUBERNETES,
    **NETWORKED,
}

NOT_LISTED: dict[str, str] = {
    "aws:s3/bucketObject:BucketObject": "objects are data, not configuration",
}
"""Types whose things are not looked for, and why."""


def lister_of(token: str) -> Lister | None:
    """How the things of type `token` are found; None where nothing says."""
    if token in _SPECIAL:
        return _SPECIAL[token]
    kind = TYPES[token]
    if token.startswith("aws:s3/bucket") and token not in NOT_LISTED:
        return setting_of(BUCKET)
    return of_ec2(kind) if isinstance(kind, Ec2Resource) else None


PARENTS = (BUCKET, ROLE, FILE_SYSTEM, CLUSTER, *PARENTS_GOVERNED, *PARENTS_NETWORKED)
"""Types that others are listed under, or are settings of."""


def waves() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Types in two waves: parents first, then all others that are looked for."""
    return PARENTS, tuple(token for token in TYPES if token not in PARENTS and token not in NOT_LISTED)
