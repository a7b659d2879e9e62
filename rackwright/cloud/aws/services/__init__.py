"""What moto lacks and a GPU cluster needs: one file per subject, each behaviour with its AWS documentation."""

from __future__ import annotations

from rackwright.cloud.aws.call import Behaviours
from rackwright.cloud.aws.services import (
    addresses,
    alarms,
    bucket_policies,
    budgets,
    capacity,
    client_vpn,
    dependencies,
    dns_firewall,
    efs,
    eks_access,
    eks_addons,
    eks_clusters,
    eks_nodes,
    governed,
    iam,
    images,
    kms,
    launches,
    lustre,
    nat_gateways,
    network_firewall,
    placement_groups,
    quotas,
    rule_descriptions,
    scaling_groups,
    site_vpn,
    transit_gateways,
    volume_encryption,
    vpc_endpoints,
)

BEHAVIOURS: Behaviours = {
    **addresses.BEHAVIOURS,
    **alarms.BEHAVIOURS,
    **budgets.BEHAVIOURS,
    **capacity.BEHAVIOURS,
    **client_vpn.BEHAVIOURS,
    **dependencies.BEHAVIOURS,
    **dns_firewall.BEHAVIOURS,
    **efs.BEHAVIOURS,
    **eks_access.BEHAVIOURS,
    **eks_addons.BEHAVIOURS,
    **eks_clusters.BEHAVIOURS,
    **eks_nodes.BEHAVIOURS,
    **governed.BEHAVIOURS,
    **iam.BEHAVIOURS,
    **kms.BEHAVIOURS,
    **launches.BEHAVIOURS,
    **lustre.BEHAVIOURS,
    **nat_gateways.BEHAVIOURS,
    **network_firewall.BEHAVIOURS,
    **placement_groups.BEHAVIOURS,
    **quotas.BEHAVIOURS,
    **scaling_groups.BEHAVIOURS,
    **site_vpn.BEHAVIOURS,
    **transit_gateways.BEHAVIOURS,
    **vpc_endpoints.BEHAVIOURS,
}
"""All behaviours, by (service, action)."""


def install() -> None:
    """Put into moto what cannot be done from outside; safe to call again."""
    for subject in (
        addresses,
        client_vpn,
        efs,
        bucket_policies,
        governed,
        images,
        launches,
        nat_gateways,
        placement_groups,
        rule_descriptions,
        scaling_groups,
        capacity,
        volume_encryption,
        vpc_endpoints,
    ):
        subject.install()
