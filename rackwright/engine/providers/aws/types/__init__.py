"""One class per resource type, grouped by what they are for; `TYPES` has them by pulumi-aws token."""

from __future__ import annotations

from rackwright.engine.providers.aws.resource import Resource
from rackwright.engine.providers.aws.types import buckets, encryption, identity, network, routes, security_groups

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
)

TYPES: dict[str, Resource] = {kind.type_: kind() for kind in _CLASSES}
