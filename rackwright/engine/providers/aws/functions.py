"""Data sources: look-ups that a program makes."""

from __future__ import annotations

from collections.abc import Callable

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.shapes import Props

Function = Callable[[Cloud, Props], Props]


def get_caller_identity(cloud: Cloud, args: Props) -> Props:
    """Who the credentials belong to."""
    del args
    who = cloud.call("sts", "GetCallerIdentity")
    return {"accountId": who["Account"], "arn": who["Arn"], "userId": who["UserId"], "id": who["Account"]}


def get_partition(cloud: Cloud, args: Props) -> Props:
    """Partition of the region."""
    del args
    name = cloud.partition
    return {"partition": name, "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws", "id": name}


def get_region(cloud: Cloud, args: Props) -> Props:
    """The provider's region, or facts about another one."""
    name = args.get("region") or args.get("name") or cloud.region
    return {"id": name, "name": name, "region": name, "description": name, "endpoint": f"ec2.{name}.amazonaws.com"}


FUNCTIONS: dict[str, Function] = {
    "aws:index/getCallerIdentity:getCallerIdentity": get_caller_identity,
    "aws:index/getPartition:getPartition": get_partition,
    "aws:index/getRegion:getRegion": get_region,
}
