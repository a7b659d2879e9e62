"""Things that AWS makes for others: instances of a group, routes of an endpoint, the route table of a VPC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rackwright.engine.providers.aws.listing.finding import Found
from rackwright.engine.providers.aws.listing.reading import ReadOnlyCloud
from rackwright.engine.providers.aws.resource import pick
from rackwright.engine.providers.aws.shapes import from_api, tag_map
from rackwright.engine.providers.aws.types.routes import route_id

Before = Mapping[str, Sequence[Found]]

GROUP_TAG = "aws:autoscaling:groupName"
"""Tag that auto scaling puts on what it starts. Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/
ec2-auto-scaling-tagging.html, read 2026-11-21."""
ROOT = {"encrypted": False, "kmsKeyId": "", "volumeType": ""}
"""What is asked of a root volume, and what stands for an answer that does not say."""


def instances(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    """Instances that exist, with user data and root volume; those of a group belong to it."""
    there = cloud.listed("ec2", "DescribeInstances", "Reservations[].Instances[]")
    alive = [one for one in there if one["State"]["Name"] not in {"terminated", "shutting-down"}]
    cloud.remember("ec2", "DescribeInstances", "Reservations[].Instances[]", "InstanceId", alive)
    known = {"userData": "", "rootBlockDevice": ROOT}
    return [Found(one["InstanceId"], known, tag_map(one.get("Tags")).get(GROUP_TAG)) for one in alive]


def route_tables(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    """Route tables; the main one of a VPC belongs to it."""
    there = cloud.listed("ec2", "DescribeRouteTables", "RouteTables[]")
    cloud.remember("ec2", "DescribeRouteTables", "RouteTables[]", "RouteTableId", there)
    return [Found(one["RouteTableId"], {}, one["VpcId"] if pick("Associations[?Main]", one) else None) for one in there]


def routes(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    """Routes that somebody made; one to a gateway endpoint belongs to the endpoint."""
    found = []
    for table in cloud.listed("ec2", "DescribeRouteTables", "RouteTables[]"):
        for route in pick("Routes[?Origin=='CreateRoute']", table) or []:
            known = {**from_api(route), "routeTableId": table["RouteTableId"]}
            gateway = str(route.get("GatewayId") or "")
            found.append(Found(route_id(known), known, gateway if gateway.startswith("vpce-") else None))
    return found
