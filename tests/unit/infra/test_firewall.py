"""Where routes to the internet lead when a firewall stands before them."""

from __future__ import annotations

from pulumi_aws.networkfirewall.outputs import (
    FirewallFirewallStatus,
    FirewallFirewallStatusSyncState,
    FirewallFirewallStatusSyncStateAttachment,
)

from infra.aws.network.firewall import endpoints_of


def test_every_subnet_of_a_firewall_has_its_endpoint() -> None:
    states = [
        FirewallFirewallStatusSyncState(
            availability_zone=zone,
            attachments=[FirewallFirewallStatusSyncStateAttachment(subnet_id=subnet, endpoint_id=endpoint)],
        )
        for zone, subnet, endpoint in (("us-east-1a", "subnet-1", "vpce-1"), ("us-east-1b", "subnet-2", "vpce-2"))
    ]
    found = endpoints_of([FirewallFirewallStatus(sync_states=states)])
    assert found == {"subnet-1": "vpce-1", "subnet-2": "vpce-2"}


def test_a_firewall_that_is_not_ready_has_none() -> None:
    assert endpoints_of([FirewallFirewallStatus(sync_states=None)]) == {}
