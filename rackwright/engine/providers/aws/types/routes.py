"""Routes, and which subnets use which route table."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted, pick, when_free
from rackwright.engine.providers.aws.shapes import Props, from_api

DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
TARGETS = (
    *("gatewayId", "natGatewayId", "egressOnlyGatewayId", "networkInterfaceId", "transitGatewayId", "vpcEndpointId"),
    *("vpcPeeringConnectionId", "localGatewayId", "carrierGatewayId", "coreNetworkArn"),
)
_NAMES = {"EgressOnlyInternetGatewayId": "egressOnlyGatewayId"}


class Route(Resource):
    """One route of a route table. Its id is made of the table and the destination, as pulumi-aws makes it."""

    type_ = "aws:ec2/route:Route"
    service = "ec2"
    replaces = frozenset({"routeTableId", *DESTINATIONS})
    computed = ("state", "origin", "instanceId", "instanceOwnerId")
    delete_first = True

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create the route."""
        cloud.call("ec2", "CreateRoute", **cloud.params("ec2", "CreateRoute", wanted.props, _NAMES))
        return route_id(wanted.props)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Find it in its table."""
        table = str(known.get("routeTableId"))
        answer = cloud.find("ec2", "DescribeRouteTables", RouteTableIds=[table])
        routes = [from_api(route, _NAMES) for route in pick("RouteTables[0].Routes", answer) or []]
        found = next((r for r in routes if route_id({**r, "routeTableId": table}) == id_), None)
        return None if found is None else {**found, "routeTableId": table}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Point it at another target."""
        cloud.call("ec2", "ReplaceRoute", **cloud.params("ec2", "ReplaceRoute", wanted.props, _NAMES))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it from its table."""
        params = cloud.params("ec2", "DeleteRoute", known, _NAMES)
        when_free(lambda: cloud.call("ec2", "DeleteRoute", **params))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By table and destination."""
        id_ = route_id(wanted.props)
        return id_ if self.read(cloud, id_, wanted.props) else None

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """Exactly one destination and one target."""
        wrong = []
        for kind, names in (("destination", DESTINATIONS), ("target", TARGETS)):
            if (count := sum(props.get(name) not in (None, "") for name in names)) != 1:
                wrong.append((names[0], f"a route has exactly one {kind}, this one has {count} ({', '.join(names)})"))
        return wrong


def route_id(props: Props) -> str:
    """Id of the route with `props`, as pulumi-aws makes it."""
    destination = next(str(props[name]) for name in DESTINATIONS if props.get(name))
    return f"r-{props['routeTableId']}-{destination}"


class RouteTableAssociation(Resource):
    """A subnet's (or gateway's) use of a route table."""

    type_ = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    service = "ec2"
    replaces = frozenset({"subnetId", "gatewayId", "routeTableId"})
    delete_first = True

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Associate."""
        params = cloud.params("ec2", "AssociateRouteTable", wanted.props)
        return str(cloud.call("ec2", "AssociateRouteTable", **params)["AssociationId"])

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Find it by its id; a replaced association has a new one."""
        found = _association(cloud, "association.route-table-association-id", id_)
        return None if found is None else from_api({k: v for k, v in found.items() if k != "AssociationState"})

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Another table for the same subnet; AWS gives the association a new id, which the state does not need."""
        cloud.call("ec2", "ReplaceRouteTableAssociation", AssociationId=id_, RouteTableId=wanted.get("routeTableId"))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Disassociate."""
        when_free(lambda: cloud.call("ec2", "DisassociateRouteTable", AssociationId=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By the subnet."""
        found = _association(cloud, "association.subnet-id", str(wanted.get("subnetId")))
        return str(found["RouteTableAssociationId"]) if found else None


def _association(cloud: Cloud, filter_: str, value: str) -> dict[str, Any] | None:
    answer = cloud.find("ec2", "DescribeRouteTables", Filters=[{"Name": filter_, "Values": [value]}])
    everything: list[dict[str, Any]] = pick("RouteTables[].Associations[]", answer) or []
    return next((a for a in everything if value in (a.get("RouteTableAssociationId"), a.get("SubnetId"))), None)
