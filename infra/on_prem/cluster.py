"""The cluster on machines of one's own."""

from __future__ import annotations

import pulumi

from infra import hosts
from infra.settings import Settings
from rackwright.design.model import Design


class OnPremCluster(pulumi.ComponentResource):
    """Nodes that exist already, at the addresses of the design.

    Nothing is provisioned: configuration is given the same inventory as from a cloud, so that everything after it is
    the same. Cabling and switches are the fabric plan's, not the program's.
    """

    inventory: pulumi.Output[str]
    """JSON of `rackwright.inventory.Inventory`."""
    outputs: pulumi.Output[dict[str, object]]
    """Addresses of the storage servers, by name."""

    def __init__(self, design: Design, settings: Settings) -> None:
        del settings  # a site has no endpoint and no key pair of a cloud
        super().__init__("rackwright:on-prem:Cluster", design.name)
        members = [[(None, address) for address in pool.addresses] for pool in design.pools]
        self.inventory = pulumi.Output.from_input(hosts.inventory_of(design, members))
        servers = {storage.name: storage.server for storage in design.storage if storage.server is not None}
        self.outputs = pulumi.Output.from_input({"file_servers": servers})
        self.register_outputs({"inventory": self.inventory, "outputs": self.outputs})
