"""Data sources: look-ups that a program makes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from rackwright.diagnostics import StepFailed
from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.shapes import Props, from_api, tag_map

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


def get_availability_zones(cloud: Cloud, args: Props) -> Props:
    """Zones of the region, by name."""
    zones = cloud.call("ec2", "DescribeAvailabilityZones", Filters=_filters(args))["AvailabilityZones"]
    wanted = args.get("state")
    chosen = sorted((z for z in zones if wanted in (None, z["State"])), key=lambda zone: zone["ZoneName"])
    names, ids = [zone["ZoneName"] for zone in chosen], [zone["ZoneId"] for zone in chosen]
    return {"names": names, "zoneIds": ids, "groupNames": [cloud.region], "id": cloud.region}


def get_availability_zone(cloud: Cloud, args: Props) -> Props:
    """One zone, by name or id."""
    named = {"ZoneNames": [args["name"]]} if args.get("name") else {}
    by_id = {"ZoneIds": [args["zoneId"]]} if args.get("zoneId") else {}
    zone = _one(cloud.call("ec2", "DescribeAvailabilityZones", **named, **by_id)["AvailabilityZones"], "zone", args)
    name = zone["ZoneName"]
    shown = {"name": name, "nameSuffix": name.removeprefix(cloud.region), "zoneId": zone["ZoneId"]}
    return {**shown, "region": cloud.region, "state": zone["State"], "id": name}


def get_ami(cloud: Cloud, args: Props) -> Props:
    """One image, or the newest of several."""
    owners = args.get("owners")
    images = cloud.call("ec2", "DescribeImages", Owners=owners, Filters=_filters(args))["Images"]
    pattern = re.compile(args.get("nameRegex") or "")
    found = [image for image in images if pattern.search(image.get("Name", ""))]
    newest = sorted(found, key=lambda image: str(image.get("CreationDate", "")), reverse=True)
    image = _one(newest[:1] if args.get("mostRecent") else newest, "image", args)
    props: Props = from_api({key: value for key, value in image.items() if key not in {"BlockDeviceMappings", "Tags"}})
    return {**props, "imageId": image["ImageId"], "id": image["ImageId"], "tags": tag_map(image.get("Tags"))}


def get_instances(cloud: Cloud, args: Props) -> Props:
    """Ids and addresses of instances, in the same order: that of the ids."""
    tags = [{"Name": f"tag:{key}", "Values": [value]} for key, value in (args.get("instanceTags") or {}).items()]
    states = args.get("instanceStateNames") or ["running"]
    filters = [*_filters(args), *tags, {"Name": "instance-state-name", "Values": states}]
    pages = cloud.client("ec2").get_paginator("describe_instances").paginate(Filters=filters)
    found = sorted(pages.search("Reservations[].Instances[]"), key=lambda instance: instance["InstanceId"])
    return {
        "ids": [instance["InstanceId"] for instance in found],
        "privateIps": [instance.get("PrivateIpAddress", "") for instance in found],
        "publicIps": [ip for instance in found if (ip := instance.get("PublicIpAddress"))],
        "ipv6Addresses": [],
        "id": cloud.region,
    }


def get_parameter(cloud: Cloud, args: Props) -> Props:
    """A parameter of Systems Manager."""
    decrypt = args.get("withDecryption", True)
    found = cloud.call("ssm", "GetParameter", Name=args["name"], WithDecryption=decrypt)["Parameter"]
    shown = {"name": found["Name"], "type": found["Type"], "value": found["Value"], "version": found.get("Version", 1)}
    return {**shown, "arn": found.get("ARN", ""), "id": found["Name"]}


def get_canonical_user_id(cloud: Cloud, args: Props) -> Props:
    """S3's name of the account."""
    del args
    owner = cloud.call("s3", "ListBuckets")["Owner"]
    return {"id": owner["ID"], "displayName": owner.get("DisplayName", "")}


def _filters(args: Props) -> list[dict[str, Any]]:
    return [{"Name": one["name"], "Values": one["values"]} for one in args.get("filters") or []]


def _one(found: list[dict[str, Any]], what: str, args: Props) -> dict[str, Any]:
    if len(found) != 1:
        raise StepFailed(f"the look-up found {len(found)} {what}s, expected 1: {json.dumps(args, sort_keys=True)}")
    return found[0]


def get_sso_instances(cloud: Cloud, args: Props) -> Props:
    """IAM Identity Center of the organisation; empty lists where there is none."""
    del args
    found = cloud.call("sso-admin", "ListInstances")["Instances"]
    stores = [instance["IdentityStoreId"] for instance in found]
    return {"id": cloud.region, "arns": [instance["InstanceArn"] for instance in found], "identityStoreIds": stores}


def get_identity_group(cloud: Cloud, args: Props) -> Props:
    """A group of an identity store by its display name. Raises botocore's error when there is none."""
    store, unique = args["identityStoreId"], args["alternateIdentifier"]["uniqueAttribute"]
    attribute = {"AttributePath": "displayName", "AttributeValue": unique["attributeValue"]}
    found = cloud.call(
        "identitystore", "GetGroupId", IdentityStoreId=store, AlternateIdentifier={"UniqueAttribute": attribute}
    )
    return {"id": found["GroupId"], "groupId": found["GroupId"], "displayName": unique["attributeValue"]}


FUNCTIONS: dict[str, Function] = {
    "aws:identitystore/getGroup:getGroup": get_identity_group,
    "aws:ssoadmin/getInstances:getInstances": get_sso_instances,
    "aws:index/getCallerIdentity:getCallerIdentity": get_caller_identity,
    "aws:index/getPartition:getPartition": get_partition,
    "aws:index/getRegion:getRegion": get_region,
    "aws:index/getAvailabilityZones:getAvailabilityZones": get_availability_zones,
    "aws:index/getAvailabilityZone:getAvailabilityZone": get_availability_zone,
    "aws:ec2/getAmi:getAmi": get_ami,
    "aws:ec2/getInstances:getInstances": get_instances,
    "aws:ssm/getParameter:getParameter": get_parameter,
    "aws:s3/getCanonicalUserId:getCanonicalUserId": get_canonical_user_id,
}
