"""One class per resource type, grouped by what they are for; `TYPES` has them by pulumi-aws token."""

from __future__ import annotations

from rackwright.engine.providers.aws.resource import Resource
from rackwright.engine.providers.aws.types import (
    alerts,
    buckets,
    encryption,
    file_systems,
    identity,
    machines,
    network,
    records,
    routes,
    scaling,
    secrets,
    security_groups,
    templates,
)
from rackwright.engine.providers.aws.types.eks_inside import EKS
from rackwright.engine.providers.aws.types.governed import GOVERNED
from rackwright.engine.providers.aws.types.networked import NETWORKED

_CLASSES: tuple[type[Resource], ...] = (
    *(network.Vpc, network.Subnet, network.InternetGateway, network.Eip, network.NatGateway, network.RouteTable),
    *(network.VpcEndpoint, routes.Route, routes.RouteTableAssociation),
    *(security_groups.SecurityGroup, security_groups.DefaultSecurityGroup),
    *(security_groups.SecurityGroupIngressRule, security_groups.SecurityGroupEgressRule),
    *(identity.Role, identity.RolePolicy, identity.Policy, identity.RolePolicyAttachment, identity.InstanceProfile),
    *(encryption.Key, encryption.Alias, encryption.EncryptionByDefault),
    *(buckets.Bucket, buckets.BucketVersioning, buckets.BucketEncryption, buckets.BucketPublicAccessBlock),
    *(buckets.BucketOwnershipControls, buckets.BucketLifecycle, buckets.BucketLogging, buckets.BucketObjectLock),
    *(buckets.BucketPolicy, buckets.BucketObject),
    *(templates.KeyPair, templates.PlacementGroup, templates.LaunchTemplate, machines.Instance, scaling.Group),
    *(file_systems.LustreFileSystem, file_systems.FileSystem, file_systems.MountTarget, file_systems.AccessPoint),
    *(file_systems.FileSystemPolicy, file_systems.BackupPolicy),
    *(records.FlowLog, records.LogGroup, records.Trail, alerts.Topic, alerts.MetricAlarm, alerts.Budget),
    *(secrets.Secret,),
    *GOVERNED,
    *NETWORKED,
    *EKS,
)

TYPES: dict[str, Resource] = {kind.type_: kind() for kind in _CLASSES}
