"""The whole cluster on AWS: components wired to one another, in the order in which they need one another."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import hosts
from infra.aws import launch
from infra.aws.access import ClusterAccess
from infra.aws.account import Account
from infra.aws.audit_trail import AuditTrail, LogSink, TrafficRecord
from infra.aws.bucket import SecureBucket, bucket_name
from infra.aws.budget import CostGuard
from infra.aws.documents import bucket_arn, bucket_policy
from infra.aws.encryption import Encryption
from infra.aws.endpoints import ServiceEndpoints
from infra.aws.fabric_access import FabricAccess
from infra.aws.head_nodes import HeadNodes
from infra.aws.identity import NodeIdentity
from infra.aws.members import find_members
from infra.aws.network import Network
from infra.aws.node_pool import NodePool
from infra.aws.provider import LOCAL_ENDPOINT, LOCAL_REGION, cluster_provider
from infra.aws.storage import Home, Scratch
from infra.settings import Settings
from rackwright.design import node_name
from rackwright.design.model import Design, Pool, Storage


@dataclass(frozen=True, slots=True)
class _Pools:
    """What every pool needs from the rest of the cluster."""

    groups: dict[str, pulumi.Input[str]]
    identity: NodeIdentity
    key_arn: pulumi.Output[str]
    key_name: pulumi.Output[str] | None


class AwsCluster(pulumi.ComponentResource):
    """A GPU cluster on AWS, or on the local cloud that plays AWS.

    What holds data (key, file systems, buckets, head nodes) is protected on AWS: the engine refuses to delete or
    replace it until somebody takes the protection away. A rehearsal on the local cloud is not protected. Nothing is
    ever retained silently: what a destroy leaves behind, it names.
    """

    inventory: pulumi.Output[str]
    """JSON of `rackwright.inventory.Inventory`."""
    outputs: pulumi.Output[dict[str, object]]
    """Ids and addresses that people and later stages look up."""

    def __init__(self, design: Design, settings: Settings) -> None:
        self._region = design.region or LOCAL_REGION
        endpoint = settings.endpoint or (LOCAL_ENDPOINT if design.target == "local" else None)
        self._aws = cluster_provider(region=self._region, endpoint=endpoint)
        super().__init__("rackwright:aws:Cluster", design.name, None, pulumi.ResourceOptions(provider=self._aws))
        self._design, self._prefix = design, design.name
        self._keep = design.target == "aws"
        self._child = pulumi.ResourceOptions(parent=self)
        self._tags = {
            **design.tags,
            "rackwright:stack": design.name,
            "rackwright:classification": design.classification,
        }
        account = Account.behind(self._aws, self._region)
        encryption = Encryption(self._prefix, account=account, tags=self._tags, protect=self._keep, opts=self._child)
        network = self._declare_network()
        access = self._declare_access(network)
        fabric = FabricAccess(self._prefix, vpc_id=network.vpc_id, tags=self._tags, opts=self._child)
        buckets = self._declare_buckets(encryption.key_arn)
        self._declare_records(account, network, encryption.key_arn)
        self._declare_budget(account, encryption.key_arn)
        file_systems = self._declare_file_systems(network, access, encryption.key_arn)
        shared = _Pools(
            groups={"nodes": access.group_id, "fabric": fabric.group_id},
            identity=self._declare_identity(account),
            key_arn=encryption.key_arn,
            key_name=self._declare_key_pair(settings.ssh_public_key),
        )
        members = [self._declare_pool(pool, shared, network) for pool in design.pools]
        self.inventory = pulumi.Output.all(*members).apply(lambda found: hosts.inventory_of(design, found))
        self.outputs = pulumi.Output.from_input(
            {
                "vpc_id": network.vpc_id,
                "subnet_ids": network.subnet_ids,
                "key_arn": encryption.key_arn,
                "buckets": {name: bucket.bucket for name, bucket in buckets.items()},
                "file_systems": file_systems,
            }
        )
        self.register_outputs({"inventory": self.inventory, "outputs": self.outputs})

    def _declare_network(self) -> Network:
        network = Network(self._prefix, design=self._design.network, tags=self._tags, opts=self._child)
        ServiceEndpoints(
            self._prefix,
            design=self._design.network,
            region=self._region,
            vpc_id=network.vpc_id,
            subnet_ids=network.subnet_ids,
            route_table_ids=network.route_table_ids,
            tags=self._tags,
            opts=self._child,
        )
        return network

    def _declare_access(self, network: Network) -> ClusterAccess:
        return ClusterAccess(
            self._prefix,
            vpc_id=network.vpc_id,
            vpc_cidr=self._design.network.cidr,
            admin_cidrs=self._design.network.allowed_admin_cidrs,
            tags=self._tags,
            opts=self._child,
        )

    def _declare_budget(self, account: Account, key_arn: pulumi.Output[str]) -> None:
        CostGuard(
            self._prefix,
            account=account,
            cost=self._design.cost,
            key_arn=key_arn,
            tags=self._tags,
            opts=self._child,
        )

    def _declare_buckets(self, key_arn: pulumi.Output[str]) -> dict[str, SecureBucket]:
        return {
            storage.name: SecureBucket(
                f"{self._prefix}-{storage.name}",
                physical_name=self._bucket_name(storage),
                key_arn=key_arn,
                retention_days=storage.retention_days or self._design.retention_days,
                policy=bucket_policy(bucket_arn(self._bucket_name(storage), self._region)),
                tags=self._tags,
                versioning=storage.versioning,
                object_lock=storage.object_lock,
                protect=self._holds(storage),
                opts=self._child,
            )
            for storage in self._of_kind("s3")
        }

    def _declare_records(self, account: Account, network: Network, key_arn: pulumi.Output[str]) -> None:
        days, tags, name = self._design.retention_days, self._tags, self._prefix
        if self._design.network.flow_logs:
            traffic = self._declare_sink("traffic", account, "vpc-flow-logs.amazonaws.com", key_arn)
            TrafficRecord(f"{name}-traffic", vpc_id=network.vpc_id, sink=traffic, tags=tags, opts=self._child)
        calls = self._declare_sink("trail", account, "cloudtrail.amazonaws.com", key_arn)
        AuditTrail(
            f"{name}-trail",
            account=account,
            bucket=bucket_name(name, "trail", self._region),
            sink=calls,
            key_arn=key_arn,
            data_bucket_arns=self._data_bucket_arns(),
            retention_days=days,
            tags=tags,
            protect=self._keep,
            opts=self._child,
        )

    def _declare_sink(self, label: str, account: Account, service: str, key_arn: pulumi.Output[str]) -> LogSink:
        return LogSink(
            f"{self._prefix}-{label}",
            account=account,
            service=service,
            key_arn=key_arn,
            retention_days=self._design.retention_days,
            tags=self._tags,
            opts=self._child,
        )

    def _declare_file_systems(
        self, network: Network, access: ClusterAccess, key_arn: pulumi.Output[str]
    ) -> dict[str, dict[str, pulumi.Output[str]]]:
        """File systems of the design; what a client needs to mount each, by name."""
        found: dict[str, dict[str, pulumi.Output[str]]] = {}
        for storage in self._of_kind("fsx-lustre"):
            scratch = Scratch(
                f"{self._prefix}-{storage.name}",
                storage=storage,
                vpc_id=network.vpc_id,
                subnet_id=network.subnet_ids[storage.subnet or self._gpu_subnet()],
                clients=access.group_id,
                key_arn=key_arn,
                tags=self._tags,
                protect=self._holds(storage),
                opts=self._child,
            )
            found[storage.name] = {
                "id": scratch.file_system_id,
                "dns_name": scratch.dns_name,
                "mount_name": scratch.mount_name,
            }
        for storage in self._of_kind("efs"):
            home = Home(
                f"{self._prefix}-{storage.name}",
                storage=storage,
                vpc_id=network.vpc_id,
                subnet_ids={zone: network.subnet_ids[subnet] for zone, subnet in self._subnet_by_zone().items()},
                clients=access.group_id,
                key_arn=key_arn,
                tags=self._tags,
                protect=self._holds(storage),
                opts=self._child,
            )
            found[storage.name] = {"id": home.file_system_id, "dns_name": home.dns_name}
        return found

    def _declare_identity(self, account: Account) -> NodeIdentity:
        arns = self._data_bucket_arns()
        return NodeIdentity(self._prefix, account=account, bucket_arns=arns, tags=self._tags, opts=self._child)

    def _data_bucket_arns(self) -> list[str]:
        return [bucket_arn(self._bucket_name(storage), self._region) for storage in self._of_kind("s3")]

    def _declare_key_pair(self, public_key: str | None) -> pulumi.Output[str] | None:
        if public_key is None:
            return None
        return aws.ec2.KeyPair(
            f"{self._prefix}-admin",
            key_name=f"{self._prefix}-admin",
            public_key=public_key,
            tags=self._tags,
            opts=self._child,
        ).key_name

    def _declare_pool(self, pool: Pool, shared: _Pools, network: Network) -> pulumi.Output[list[tuple[str, str]]]:
        """Nodes of `pool`; their (id, private address) pairs."""
        image = launch.image_id(self._design, pool, self._aws)
        if pool.addresses:
            return self._declare_heads(pool, shared, network, image)
        group = NodePool(
            f"{self._prefix}-{pool.name}",
            design=self._design,
            pool=pool,
            image_id=image,
            subnet_id=network.subnet_ids[pool.subnet],
            groups=shared.groups,
            profile_arn=shared.identity.profile_arn,
            key_arn=shared.key_arn,
            key_name=shared.key_name,
            tags=self._tags,
            opts=self._child,
        )
        return find_members(pool.name, self._prefix, group, self._aws)

    def _declare_heads(
        self, pool: Pool, shared: _Pools, network: Network, image: pulumi.Output[str]
    ) -> pulumi.Output[list[tuple[str, str]]]:
        cidr = self._design.network.subnet(pool.subnet).cidr
        heads = HeadNodes(
            f"{self._prefix}-{pool.name}",
            design=self._design,
            pool=pool,
            nodes=[(node_name(pool.name, address, cidr), address) for address in pool.addresses],
            image_id=image,
            subnet_id=network.subnet_ids[pool.subnet],
            group_id=shared.groups["nodes"],
            profile_name=shared.identity.profile_name,
            key_arn=shared.key_arn,
            key_name=shared.key_name,
            tags=self._tags,
            protect=self._keep,
            opts=self._child,
        )
        return pulumi.Output.all(*heads.instance_ids).apply(lambda ids: list(zip(ids, pool.addresses, strict=True)))

    def _bucket_name(self, storage: Storage) -> str:
        return bucket_name(self._prefix, storage.name, self._region)

    def _holds(self, storage: Storage) -> bool:
        """Whether the engine must refuse to delete `storage`."""
        return self._keep and storage.deletion == "retain"

    def _of_kind(self, kind: str) -> list[Storage]:
        return [storage for storage in self._design.storage if storage.kind == kind]

    def _gpu_subnet(self) -> str:
        return next(pool.subnet for pool in self._design.pools if pool.role == "gpu")

    def _subnet_by_zone(self) -> dict[str, str]:
        """One inner subnet in each zone, the private one first: EFS takes one mount target per zone."""
        found: dict[str, str] = {}
        for subnet in sorted(self._design.network.subnets, key=lambda subnet: subnet.tier != "private"):
            if subnet.tier != "public":
                found.setdefault(subnet.zone_id, subnet.name)
        return found
