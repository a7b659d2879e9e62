"""Key pairs, placement groups and launch templates."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import (
    MARK_TAG,
    Ec2Resource,
    Life,
    Wanted,
    all_tags,
    pick,
    retag_ec2,
    tag_outputs,
    when_free,
)
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api, tag_list, tag_map


class KeyPair(Ec2Resource):
    """Public key under a name; the name is the id."""

    type_ = "aws:ec2/keyPair:KeyPair"
    life = Life(
        *("ImportKeyPair", "KeyName", "DescribeKeyPairs", "KeyNames", "KeyPairs[0]", "DeleteKeyPair", "KeyName"),
    )
    tag_type = "key-pair"
    autoname = "keyName"
    replaces = frozenset({"keyName", "keyNamePrefix", "publicKey"})
    computed = ("arn", "fingerprint", "keyPairId", "keyType", "tagsAll")
    not_sent = frozenset({"publicKey"})

    def more_params(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        """The key as bytes."""
        return {"PublicKeyMaterial": str(wanted.get("publicKey")).encode()}

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """The API's names differ; the key itself is shown as it was given."""
        return {
            "arn": cloud.arn("ec2", f"key-pair/{id_}"),
            "keyPairId": item.get("KeyPairId"),
            "fingerprint": item.get("KeyFingerprint"),
            "publicKey": known.get("publicKey"),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags go by the id of the pair, not by its name."""
        pair = pick("KeyPairId", self.describe(cloud, id_))
        retag_ec2(cloud, str(pair), old.get("tags") or {}, wanted.get("tags", {}))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        name = str(wanted.get("keyName"))
        return name if self.describe(cloud, name) else None


class PlacementGroup(Ec2Resource):
    """Placement group; the name is the id."""

    type_ = "aws:ec2/placementGroup:PlacementGroup"
    life = Life(
        *("CreatePlacementGroup", "PlacementGroup.GroupName", "DescribePlacementGroups", "GroupNames"),
        *("PlacementGroups[0]", "DeletePlacementGroup", "GroupName"),
    )
    tag_type = "placement-group"
    autoname = "name"
    replaces = frozenset({"name", "strategy", "partitionCount", "spreadLevel"})
    computed = ("arn", "placementGroupId", "partitionCount", "spreadLevel", "tagsAll")
    names = fixed({"GroupName": "name", "GroupId": "placementGroupId", "GroupArn": "arn"})

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags go by the group's id."""
        group = pick("GroupId", self.describe(cloud, id_))
        retag_ec2(cloud, str(group), old.get("tags") or {}, wanted.get("tags", {}))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        name = str(wanted.get("name"))
        return name if self.describe(cloud, name) else None


OWN = frozenset(
    {"name", "namePrefix", "description", "tags", "tagsAll", "updateDefaultVersion", "defaultVersion", "region"}
)
"""Properties of the template itself; all others are content of a version."""


class LaunchTemplate(Ec2Resource):
    """Launch template. A change of the content is a new version, which becomes the default one where asked."""

    type_ = "aws:ec2/launchTemplate:LaunchTemplate"
    life = Life(
        *("CreateLaunchTemplate", "LaunchTemplate.LaunchTemplateId", "DescribeLaunchTemplates", "LaunchTemplateIds"),
        *("LaunchTemplates[0]", "DeleteLaunchTemplate", "LaunchTemplateId"),
    )
    tag_type = "launch-template"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix"})
    computed = ("arn", "latestVersion", "defaultVersion", "tagsAll")
    moving = ("latestVersion", "defaultVersion")
    names = fixed(
        {"Groups": "securityGroups", "SecurityGroups": "securityGroupNames", "SecurityGroupIds": "vpcSecurityGroupIds"}
    )

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it with its first version."""
        tags = {**all_tags(cloud, wanted.get("tags")), MARK_TAG: wanted.mark}
        answer = cloud.call(
            *("ec2", "CreateLaunchTemplate"),
            LaunchTemplateName=wanted.get("name"),
            VersionDescription=wanted.get("description"),
            LaunchTemplateData=self._content(cloud, wanted),
            TagSpecifications=[{"ResourceType": "launch-template", "Tags": tag_list(tags)}],
        )
        return str(answer["LaunchTemplate"]["LaunchTemplateId"])

    def _content(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        content = {key: value for key, value in wanted.props.items() if key not in OWN}
        params = cloud.params("ec2", "CreateLaunchTemplate", {"launchTemplateData": content}, self.names)
        data: dict[str, Any] = params["LaunchTemplateData"]
        return data

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """The template and its latest version."""
        item = self.describe(cloud, id_)
        if item is None:
            return None
        versions = cloud.call("ec2", "DescribeLaunchTemplateVersions", LaunchTemplateId=id_, Versions=["$Latest"])
        latest = versions["LaunchTemplateVersions"][0]
        return {
            **from_api(latest["LaunchTemplateData"], self.names),
            "arn": cloud.arn("ec2", f"launch-template/{id_}"),
            "name": item["LaunchTemplateName"],
            "description": latest.get("VersionDescription") or "",
            "latestVersion": item["LatestVersionNumber"],
            "defaultVersion": item["DefaultVersionNumber"],
            **tag_outputs(cloud, tag_map(item.get("Tags"))),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Tags in place, content as a new version."""
        if "tags" in changed:
            retag_ec2(cloud, id_, old.get("tags") or {}, wanted.get("tags", {}))
        default = wanted.get("defaultVersion") if "defaultVersion" in changed else None
        if changed - OWN or "description" in changed:
            answer = cloud.call(
                *("ec2", "CreateLaunchTemplateVersion"),
                LaunchTemplateId=id_,
                VersionDescription=wanted.get("description"),
                LaunchTemplateData=self._content(cloud, wanted),
            )
            newest = pick("LaunchTemplateVersion.VersionNumber", answer)
            default = newest if wanted.get("updateDefaultVersion") else default
        if default is not None:
            cloud.call("ec2", "ModifyLaunchTemplate", LaunchTemplateId=id_, DefaultVersion=str(default))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it with all versions."""
        when_free(lambda: cloud.call("ec2", "DeleteLaunchTemplate", LaunchTemplateId=id_))

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """AWS takes either interfaces or groups at the top."""
        both = props.get("networkInterfaces") and props.get("vpcSecurityGroupIds")
        return [("vpcSecurityGroupIds", "give the groups in networkInterfaces when there are any")] if both else []
