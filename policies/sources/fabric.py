"""Resources from the design of a site's fabric, before anything is built: subnets, partitions and their networks.

What only the built fabric tells (protection of the key, owners of files, hosts that run the manager) is unread.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.rule import Resource
from policies.subjects.document import Document, resource_of
from policies.subjects.fabric import NETWORK, PARTITION, SUBNET
from rackwright.design.site_fabric import SiteFabric
from rackwright.fabric.networks import oob_map
from rackwright.fabric.partitions import assign_keys
from rackwright.fabric.wiring import devices
from rackwright.hostlist import expand

LATER = "the design does not say; the host that runs the subnet manager does"


def resources_of_fabric(fabric: SiteFabric, *, management_key: bool) -> list[Resource]:
    """The fabric as rules see it; `management_key` is what the spec asks for (`fabric.management_key`)."""
    return [resource_of(each) for each in (*_subnets(fabric, management_key), *_partitions(fabric), *_networks(fabric))]


def _subnets(fabric: SiteFabric, management_key: bool) -> Iterator[Document]:
    props = {
        "managementKey": management_key,
        "enforcement": "both",
        "defaultMembership": "limited" if fabric.tenants else "full",
        "tenants": len(fabric.tenants),
    }
    unread = {"/managers": LATER, "/files": LATER, "/keyProtection": LATER, "/keyLeaseSeconds": LATER}
    for number in range(fabric.design.copies):
        yield Document(type=SUBNET, name=f"subnet-{number + 1}", props=dict(props), unread=dict(unread))


def _partitions(fabric: SiteFabric) -> Iterator[Document]:
    for tenant in assign_keys(fabric.tenants):
        hosts, limited = expand(tenant.hosts), expand(tenant.limited)
        yield Document(
            type=PARTITION, name=tenant.name, props={"pkey": tenant.pkey, "hosts": hosts, "limited": limited}
        )


def _networks(fabric: SiteFabric) -> Iterator[Document]:
    design = fabric.design
    compute = [each.name for number in range(design.copies) for each in devices(design, number) if each.is_switch]
    management = sorted({row.switch for row in oob_map(design)})
    for purpose, switches in (("compute", compute), ("out-of-band", management)):
        yield Document(type=NETWORK, name=purpose, props={"purpose": purpose, "switches": switches})
