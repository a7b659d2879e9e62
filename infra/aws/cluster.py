"""The whole cluster on AWS: its sides, in the order in which they need one another."""

from __future__ import annotations

import pulumi

from infra import hosts
from infra.aws.account import Account
from infra.aws.boundary import bounded
from infra.aws.compute.compute_side import ComputeSide
from infra.aws.configuration_side import ConfigurationSide
from infra.aws.context import Context
from infra.aws.governing.governance_side import GovernanceSide
from infra.aws.kubernetes.kubernetes_side import KubernetesSide
from infra.aws.network.dns_side import DnsSide
from infra.aws.network.network_side import NetworkSide
from infra.aws.provider import LOCAL_ENDPOINT, LOCAL_REGION, cluster_provider
from infra.aws.security.security_side import SecuritySide
from infra.aws.storage.storage_side import StorageSide
from infra.settings import Settings
from rackwright.design.model import Design


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
        region = design.region or LOCAL_REGION
        endpoint = settings.endpoint or (LOCAL_ENDPOINT if design.target == "local" else None)
        provider = cluster_provider(region=region, endpoint=endpoint)
        limits = bounded(design.governance.access.boundary)
        everywhere = pulumi.ResourceOptions(provider=provider, transformations=limits)
        super().__init__("rackwright:aws:Cluster", design.name, None, everywhere)
        context = Context(
            design=design,
            settings=settings,
            region=region,
            provider=provider,
            account=Account.behind(provider, region),
            tags=Context.tags_of(design),
            protect=design.target == "aws",
            child=pulumi.ResourceOptions(parent=self),
        )
        security = SecuritySide(context)
        network = NetworkSide(context, security.keys)
        storage = StorageSide(context, security.keys, network)
        dns = DnsSide(context, network, storage.file_systems)
        configuration = ConfigurationSide(context, security.keys, security.identity)
        compute = ComputeSide(context, security.keys, network, security.identity, security.alerts.topic_arn)
        kubernetes = KubernetesSide(context, security.keys, network)
        governance = GovernanceSide(context, security, storage, compute)
        members = {**compute.members, **kubernetes.members}
        ordered = pulumi.Output.all(*(members[pool.name] for pool in design.pools))
        self.inventory = pulumi.Output.all(ordered, storage.mount_names).apply(
            lambda found: hosts.inventory_of(design, found[0], lustre_mount_names=found[1])
        )
        sides = (network, security, storage, dns, configuration, compute, kubernetes, governance)
        exported = {name: value for side in sides for name, value in side.outputs.items()}
        self.outputs = pulumi.Output.from_input(exported)
        self.register_outputs({"inventory": self.inventory, "outputs": self.outputs})
