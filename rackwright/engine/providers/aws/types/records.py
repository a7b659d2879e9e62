"""Flow logs, log groups, trails: what is written down."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import (
    Ec2Resource,
    Life,
    Resource,
    Wanted,
    all_tags,
    pick,
    tag_outputs,
    when_free,
)
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api, tag_list, tag_map

_WATCHED = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface", "transitGatewayId": "TransitGateway"}


class FlowLog(Ec2Resource):
    """Record of a network's traffic."""

    type_ = "aws:ec2/flowLog:FlowLog"
    life = Life(
        *("CreateFlowLogs", "FlowLogIds[0]", "DescribeFlowLogs", "FlowLogIds", "FlowLogs[0]"),
        *("DeleteFlowLogs", "FlowLogIds"),
    )
    tag_type = "vpc-flow-log"
    replaces = frozenset(
        (
            *("vpcId", "subnetId", "eniId", "transitGatewayId", "trafficType", "logDestinationType", "logDestination"),
            *("iamRoleArn", "maxAggregationInterval", "logFormat", "logGroupName", "deliverCrossAccountRole"),
        )
    )
    defaults = fixed({"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600})
    computed = ("arn", "logFormat", "logGroupName", "tagsAll")
    names = fixed({"DeliverLogsPermissionArn": "iamRoleArn"})

    def more_params(self, cloud: Cloud, wanted: Wanted) -> dict[str, Any]:
        """What is watched."""
        prop, kind = next((item for item in _WATCHED.items() if wanted.get(item[0])), ("vpcId", "VPC"))
        return {"ResourceIds": [wanted.get(prop)], "ResourceType": kind}

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any], known: Props) -> Props:
        """What is watched, under the property that it was asked by."""
        prop = next((name for name in _WATCHED if known.get(name)), "vpcId")
        return {"arn": cloud.arn("ec2", f"vpc-flow-log/{id_}"), prop: item["ResourceId"]}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """The API deletes lists."""
        when_free(lambda: cloud.call("ec2", "DeleteFlowLogs", FlowLogIds=[id_]))


class LogGroup(Resource):
    """Log group; the name is the id."""

    type_ = "aws:cloudwatch/logGroup:LogGroup"
    service = "logs"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix", "logGroupClass"})
    defaults = fixed({"retentionInDays": 0, "skipDestroy": False})
    computed = ("arn", "logGroupClass", "tagsAll")
    names = fixed({"logGroupName": "name"})

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it, then its retention."""
        name = str(wanted.get("name"))
        cloud.call(
            *("logs", "CreateLogGroup"),
            logGroupName=name,
            kmsKeyId=wanted.get("kmsKeyId"),
            logGroupClass=wanted.get("logGroupClass"),
            tags=all_tags(cloud, wanted.get("tags")) or None,
        )
        if wanted.get("retentionInDays"):
            self._retain(cloud, name, wanted)
        return name

    @staticmethod
    def _retain(cloud: Cloud, name: str, wanted: Wanted) -> None:
        if days := int(wanted.get("retentionInDays", 0)):
            cloud.call("logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=days)
        else:
            cloud.call("logs", "DeleteRetentionPolicy", logGroupName=name)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it; the API finds by prefix."""
        answer = cloud.call("logs", "DescribeLogGroups", logGroupNamePrefix=id_)
        item = next((one for one in answer.get("logGroups", []) if one["logGroupName"] == id_), None)
        if item is None:
            return None
        arn = str(item["arn"]).removesuffix(":*")
        tags = cloud.call("logs", "ListTagsForResource", resourceArn=arn).get("tags", {})
        return {
            "name": id_,
            "arn": arn,
            "retentionInDays": item.get("retentionInDays", 0),
            "kmsKeyId": item.get("kmsKeyId", ""),
            "logGroupClass": item.get("logGroupClass", "STANDARD"),
            **tag_outputs(cloud, tags),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Each in its own call."""
        if "retentionInDays" in changed:
            self._retain(cloud, id_, wanted)
        if "kmsKeyId" in changed:
            key = wanted.get("kmsKeyId")
            operation = "AssociateKmsKey" if key else "DisassociateKmsKey"
            cloud.call("logs", operation, logGroupName=id_, kmsKeyId=key)
        if "tags" in changed:
            self._retag(cloud, cloud.arn("logs", f"log-group:{id_}"), old.get("tags") or {}, wanted.get("tags", {}))

    @staticmethod
    def _retag(cloud: Cloud, arn: str, old: Props, new: Props) -> None:
        if gone := [key for key in old if key not in new]:
            cloud.call("logs", "UntagResource", resourceArn=arn, tagKeys=gone)
        if new:
            cloud.call("logs", "TagResource", resourceArn=arn, tags=new)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it, unless it is to be kept."""
        if not known.get("skipDestroy"):
            when_free(lambda: cloud.call("logs", "DeleteLogGroup", logGroupName=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        name = str(wanted.get("name"))
        return name if self.read(cloud, name, wanted.props) else None


class Trail(Resource):
    """CloudTrail; the ARN is the id."""

    type_ = "aws:cloudtrail/trail:Trail"
    service = "cloudtrail"
    autoname = "name"
    replaces = frozenset({"name"})
    defaults = fixed(
        {
            "enableLogging": True,
            "enableLogFileValidation": False,
            "includeGlobalServiceEvents": True,
            "isMultiRegionTrail": False,
            "isOrganizationTrail": False,
        }
    )
    computed = ("arn", "homeRegion", "snsTopicArn", "tagsAll")
    names = fixed(
        {
            "TrailARN": "arn",
            "CloudWatchLogsLogGroupArn": "cloudWatchLogsGroupArn",
            "LogFileValidationEnabled": "enableLogFileValidation",
            "SnsTopicARN": "snsTopicArn",
        }
    )

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it, say what it records, start it."""
        params = cloud.params("cloudtrail", "CreateTrail", wanted.props, self.names)
        tags = tag_list(all_tags(cloud, wanted.get("tags")))
        answer = cloud.call("cloudtrail", "CreateTrail", **{**params, "TagsList": tags or None})
        arn = str(answer["TrailARN"])
        self._select(cloud, arn, wanted, frozenset(wanted.props))
        self._switch(cloud, arn, wanted)
        return arn

    @staticmethod
    def _select(cloud: Cloud, arn: str, wanted: Wanted, changed: frozenset[str]) -> None:
        for prop in sorted({"eventSelectors", "advancedEventSelectors"} & changed):
            params = cloud.params("cloudtrail", "PutEventSelectors", {prop: wanted.get(prop, [])})
            cloud.call("cloudtrail", "PutEventSelectors", **{**params, "TrailName": arn})
        if "insightSelectors" in changed:
            params = cloud.params("cloudtrail", "PutInsightSelectors", wanted.props)
            cloud.call("cloudtrail", "PutInsightSelectors", **{**params, "TrailName": arn})

    @staticmethod
    def _switch(cloud: Cloud, arn: str, wanted: Wanted) -> None:
        verb = "StartLogging" if wanted.get("enableLogging", True) else "StopLogging"
        cloud.call("cloudtrail", verb, Name=arn)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it with its state and selectors."""
        name = id_.rpartition("/")[2]
        answer = cloud.find("cloudtrail", "DescribeTrails", trailNameList=[name])
        item = pick(f"trailList[?Name=='{name}'] | [0]", answer)
        if item is None:
            return None
        selectors = cloud.call("cloudtrail", "GetEventSelectors", TrailName=id_)
        tags = cloud.call("cloudtrail", "ListTags", ResourceIdList=[id_])
        return {
            **from_api(item, self.names),
            "enableLogging": bool(cloud.call("cloudtrail", "GetTrailStatus", Name=id_).get("IsLogging")),
            "eventSelectors": from_api(selectors.get("EventSelectors") or []),
            "advancedEventSelectors": from_api(selectors.get("AdvancedEventSelectors") or []),
            **tag_outputs(cloud, tag_map(pick("ResourceTagList[0].TagsList", tags))),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Each in its own call."""
        if changed - {"tags", "eventSelectors", "advancedEventSelectors", "insightSelectors", "enableLogging"}:
            params = cloud.params("cloudtrail", "UpdateTrail", wanted.props, self.names)
            cloud.call("cloudtrail", "UpdateTrail", **{**params, "Name": id_})
        self._select(cloud, id_, wanted, changed)
        if "enableLogging" in changed:
            self._switch(cloud, id_, wanted)
        if "tags" in changed:
            self._retag(cloud, id_, old.get("tags") or {}, wanted.get("tags", {}))

    @staticmethod
    def _retag(cloud: Cloud, arn: str, old: Props, new: Props) -> None:
        if gone := [{"Key": key} for key in old if key not in new]:
            cloud.call("cloudtrail", "RemoveTags", ResourceId=arn, TagsList=gone)
        if new:
            cloud.call("cloudtrail", "AddTags", ResourceId=arn, TagsList=tag_list(new))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it; its files stay in the bucket."""
        when_free(lambda: cloud.call("cloudtrail", "DeleteTrail", Name=id_.rpartition("/")[2]))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        arn = cloud.arn("cloudtrail", f"trail/{wanted.get('name')}")
        return arn if self.read(cloud, arn, wanted.props) else None
