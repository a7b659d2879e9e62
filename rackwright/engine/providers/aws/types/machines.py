"""EC2 instances."""

from __future__ import annotations

import base64
from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Ec2Resource, Life, Wanted, pick, when_free, when_seen
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api, to_api

ROOT_DEVICE = "/dev/xvda"
"""Where no image says otherwise."""
VOLUME_NAMES = fixed({"Size": "volumeSize"})


class Instance(Ec2Resource):
    """Instance. A change of type or user data stops it and starts it again, as in pulumi-aws."""

    type_ = "aws:ec2/instance:Instance"
    life = Life(
        *("RunInstances", "Instances[0].InstanceId", "DescribeInstances", "InstanceIds"),
        *("Reservations[0].Instances[0]", "TerminateInstances", "InstanceIds"),
    )
    tag_type = "instance"
    replaces = frozenset(
        (
            *("ami", "subnetId", "privateIp", "keyName", "availabilityZone", "placementGroup", "tenancy", "hostId"),
            *(
                "associatePublicIpAddress",
                "networkInterfaces",
                "ephemeralBlockDevices",
                "cpuOptions",
                "ebsBlockDevices",
            ),
            *("rootBlockDevice", "launchTemplate", "instanceMarketOptions"),
        )
    )
    defaults = fixed({"getPasswordData": False, "sourceDestCheck": True, "userDataReplaceOnChange": False})
    computed = (
        *("arn", "instanceState", "privateIp", "privateDns", "publicIp", "publicDns", "primaryNetworkInterfaceId"),
        *("availabilityZone", "tagsAll"),
    )
    names = fixed({"ImageId": "ami", "PrivateIpAddress": "privateIp", "SecurityGroupIds": "vpcSecurityGroupIds"})
    not_sent = frozenset(
        (
            *("iamInstanceProfile", "monitoring", "userData", "userDataBase64", "rootBlockDevice", "placementGroup"),
            *("launchTemplate", "volumeTags", "availabilityZone", "tenancy", "associatePublicIpAddress"),
        )
    )

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Launched once EC2 has heard of its profile."""
        return when_seen(lambda: super(Instance, self).create(cloud, wanted))

    def more_params(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        """What RunInstances has in another shape; botocore encodes user data itself."""
        template, profile = wanted.get("launchTemplate", {}), wanted.get("iamInstanceProfile")
        asked: dict[str, Any] = {
            "MinCount": 1,
            "MaxCount": 1,
            "UserData": _user_data(wanted.props),
            "Monitoring": {"Enabled": True} if wanted.get("monitoring") else None,
            "IamInstanceProfile": {"Name": profile} if profile else None,
            "Placement": _placement(wanted) or None,
            "BlockDeviceMappings": self._root(cloud, wanted) or None,
            "LaunchTemplate": _template(template) or None,
        }
        return {**{key: value for key, value in asked.items() if value is not None}, **_interface(wanted)}

    def sent(self, wanted: Wanted) -> frozenset[str]:
        """A public address is a matter of the interface, which then carries address, subnet and groups too."""
        moved = {"subnetId", "privateIp", "vpcSecurityGroupIds"}
        own = super().sent(wanted)
        return own if wanted.get("associatePublicIpAddress") is None else own - moved

    def _root(self, cloud: Cloud, wanted: Wanted) -> list[dict[str, Any]]:
        given = wanted.get("rootBlockDevice")
        if not given:
            return []
        image = cloud.find("ec2", "DescribeImages", ImageIds=[wanted.get("ami")]) or {}
        device = pick("Images[0].RootDeviceName", image) or ROOT_DEVICE
        shape = cloud.client("ec2").meta.service_model.shape_for("EbsBlockDevice")
        return [{"DeviceName": device, "Ebs": to_api(shape, {"deleteOnTermination": True, **given})}]

    def describe(self, cloud: Cloud, id_: str) -> dict[str, Any] | None:
        """None when it is terminated."""
        answer = cloud.find("ec2", "DescribeInstances", InstanceIds=[id_])
        item: dict[str, Any] | None = pick("Reservations[0].Instances[0]", answer)
        return None if item is None or item["State"]["Name"] in {"terminated", "shutting-down"} else item

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The API's names differ a lot."""
        profile = pick("IamInstanceProfile.Arn", item)
        return {
            "arn": cloud.arn("ec2", f"instance/{id_}"),
            "instanceState": item["State"]["Name"],
            "privateDns": item.get("PrivateDnsName"),
            "publicDns": item.get("PublicDnsName"),
            "publicIp": item.get("PublicIpAddress") or "",
            "availabilityZone": pick("Placement.AvailabilityZone", item),
            "placementGroup": pick("Placement.GroupName", item) or "",
            "tenancy": pick("Placement.Tenancy", item) or "default",
            "iamInstanceProfile": profile.rpartition("/")[2] if profile else "",
            "monitoring": pick("Monitoring.State", item) in {"enabled", "pending"},
            "vpcSecurityGroupIds": pick("SecurityGroups[].GroupId", item) or [],
            "primaryNetworkInterfaceId": pick("NetworkInterfaces[0].NetworkInterfaceId", item),
            "disableApiTermination": self._attribute(cloud, id_, "disableApiTermination") in {True, "true"},
            **({"userData": text} if (text := self._live_user_data(cloud, id_, known)) is not None else {}),
            **_root_outputs(cloud, item, known),
        }

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Without members that mean something else in pulumi-aws."""
        found = super().read(cloud, id_, known)
        hidden = {"networkInterfaces", "securityGroups", "blockDeviceMappings", "placement", "state", "launchTemplate"}
        return found and {key: value for key, value in found.items() if key not in hidden}

    @staticmethod
    def _attribute(cloud: Cloud, id_: str, name: str) -> Any:
        answer = cloud.call("ec2", "DescribeInstanceAttribute", InstanceId=id_, Attribute=name)
        return pick(f"{name[0].upper()}{name[1:]}.Value", answer)

    def _live_user_data(self, cloud: Cloud, id_: str, known: Props) -> str | None:
        if known.get("userData") is None:
            return None
        live = self._attribute(cloud, id_, "userData")
        return base64.b64decode(live).decode() if live else ""

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str], *, creating: bool) -> None:
        """In-place changes; some need the instance stopped."""
        if creating:
            if not wanted.get("sourceDestCheck", True):
                _modify(cloud, id_, SourceDestCheck={"Value": False})
            return
        if "vpcSecurityGroupIds" in changed:
            _modify(cloud, id_, Groups=list(wanted.get("vpcSecurityGroupIds", [])))
        for prop, member in _SWITCHES.items():
            if prop in changed:
                _modify(cloud, id_, **{member: {"Value": bool(wanted.get(prop))}})
        if "metadataOptions" in changed:
            options = cloud.params("ec2", "ModifyInstanceMetadataOptions", wanted.get("metadataOptions", {}))
            cloud.call("ec2", "ModifyInstanceMetadataOptions", **{**options, "InstanceId": id_})
        if "monitoring" in changed:
            verb = "MonitorInstances" if wanted.get("monitoring") else "UnmonitorInstances"
            cloud.call("ec2", verb, InstanceIds=[id_])
        if changed & {"instanceType", "userData", "ebsOptimized"}:
            _while_stopped(cloud, id_, wanted, changed)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Terminate; the protection of the API is taken off first, as pulumi-aws does: the engine has its own."""
        if known.get("disableApiTermination") and self.describe(cloud, id_) is not None:
            _modify(cloud, id_, DisableApiTermination={"Value": False})
        when_free(lambda: cloud.call("ec2", "TerminateInstances", InstanceIds=[id_]))


_SWITCHES = fixed({"disableApiTermination": "DisableApiTermination", "sourceDestCheck": "SourceDestCheck"})


def _user_data(props: Props) -> str | bytes | None:
    if props.get("userDataBase64"):
        return base64.b64decode(props["userDataBase64"])
    text: str | None = props.get("userData")
    return text


def _placement(wanted: Wanted) -> dict[str, Any]:
    found = {
        "AvailabilityZone": wanted.get("availabilityZone"),
        "GroupName": wanted.get("placementGroup"),
        "Tenancy": wanted.get("tenancy"),
    }
    return {key: value for key, value in found.items() if value}


def _template(given: Props) -> dict[str, Any]:
    found = {
        "LaunchTemplateId": given.get("id"),
        "LaunchTemplateName": given.get("name"),
        "Version": given.get("version"),
    }
    return {key: str(value) for key, value in found.items() if value}


def _interface(wanted: Wanted) -> dict[str, Any]:
    """The one interface of an instance that says whether it has a public address."""
    public = wanted.get("associatePublicIpAddress")
    if public is None:
        return {}
    nic = {
        "DeviceIndex": 0,
        "SubnetId": wanted.get("subnetId"),
        "PrivateIpAddress": wanted.get("privateIp"),
        "Groups": wanted.get("vpcSecurityGroupIds"),
        "AssociatePublicIpAddress": bool(public),
        "DeleteOnTermination": True,
    }
    return {"NetworkInterfaces": [{key: value for key, value in nic.items() if value is not None}]}


def _root_outputs(cloud: Cloud, item: dict[str, Any], known: Props) -> Props:
    if not known.get("rootBlockDevice"):
        return {}
    volume = pick("BlockDeviceMappings[0].Ebs.VolumeId", item)
    answer = cloud.find("ec2", "DescribeVolumes", VolumeIds=[volume]) if volume else None
    live: Props = from_api((pick("Volumes[0]", answer) or {}), VOLUME_NAMES)
    asked = known["rootBlockDevice"]
    return {"rootBlockDevice": {key: live.get(key, asked[key]) for key in asked} | {"volumeId": volume}}


def _modify(cloud: Cloud, id_: str, **attribute: Any) -> None:
    cloud.call("ec2", "ModifyInstanceAttribute", InstanceId=id_, **attribute)


def _while_stopped(cloud: Cloud, id_: str, wanted: Wanted, changed: frozenset[str]) -> None:
    cloud.call("ec2", "StopInstances", InstanceIds=[id_])
    cloud.client("ec2").get_waiter("instance_stopped").wait(InstanceIds=[id_])
    if "instanceType" in changed:
        _modify(cloud, id_, InstanceType={"Value": wanted.get("instanceType")})
    if "ebsOptimized" in changed:
        _modify(cloud, id_, EbsOptimized={"Value": bool(wanted.get("ebsOptimized"))})
    if "userData" in changed:
        _modify(cloud, id_, UserData={"Value": str(wanted.get("userData", "")).encode()})
    cloud.call("ec2", "StartInstances", InstanceIds=[id_])
    cloud.client("ec2").get_waiter("instance_running").wait(InstanceIds=[id_])
