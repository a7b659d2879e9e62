"""AWS Config: recorder, its switch, delivery channel and rules."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Tagging


class Recorder(Declared):
    """What is recorded; at most one in a region."""

    type_ = "aws:cfg/recorder:Recorder"
    service = "config"
    replaces = frozenset({"name"})
    defaults = fixed({"name": "default"})
    calls = Calls("PutConfigurationRecorder", "DescribeConfigurationRecorders", "DeleteConfigurationRecorder")
    keys = ("ConfigurationRecorderName",)
    id_from, body = ("name",), "configurationRecorder"
    listed = ""
    found = "ConfigurationRecorders[?name=='$ConfigurationRecorderName'] | [0]"
    names = fixed({"roleARN": "roleArn"})
    puts = True

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Single structures of the group are lists in pulumi-aws."""
        del cloud, id_
        group: Props = from_api(item.get("recordingGroup") or {})
        excluded, strategy = group.pop("exclusionByResourceTypes", None), group.pop("recordingStrategy", None)
        group["exclusionByResourceTypes"] = [excluded] if excluded and excluded.get("resourceTypes") else []
        group["recordingStrategies"] = [strategy] if strategy else []
        return {"recordingGroup": group}


class RecorderStatus(Declared):
    """Whether the recorder records."""

    type_ = "aws:cfg/recorderStatus:RecorderStatus"
    service = "config"
    replaces = frozenset({"name"})
    delete_first = True
    calls = Calls("StartConfigurationRecorder", "DescribeConfigurationRecorderStatus", "StopConfigurationRecorder")
    keys = ("ConfigurationRecorderName",)
    id_from = ("name",)
    listed = ""
    found = "ConfigurationRecordersStatus[?name=='$ConfigurationRecorderName'] | [0]"

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Start or stop it."""
        id_ = self.id_of(cloud, wanted)
        switch = self.calls.create if wanted.get("isEnabled") else self.calls.delete
        cloud.call("config", switch, **self.where(id_, wanted.props))
        return id_

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Start or stop it."""
        self.create(cloud, wanted)

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """A stopped recorder is no running one."""
        item = self.describe(cloud, id_, known)
        running = bool(item and item.get("recording"))
        return {"name": id_, "isEnabled": running} if item and (running or known.get("isEnabled") is False) else None


class DeliveryChannel(Declared):
    """Where the records go; at most one in a region."""

    type_ = "aws:cfg/deliveryChannel:DeliveryChannel"
    service = "config"
    replaces = frozenset({"name"})
    defaults = fixed({"name": "default"})
    calls = Calls("PutDeliveryChannel", "DescribeDeliveryChannels", "DeleteDeliveryChannel")
    keys = ("DeliveryChannelName",)
    id_from, body = ("name",), "deliveryChannel"
    listed = ""
    found = "DeliveryChannels[?name=='$DeliveryChannelName'] | [0]"
    names = fixed({"snsTopicARN": "snsTopicArn", "configSnapshotDeliveryProperties": "snapshotDeliveryProperties"})
    puts = True


class Rule(Declared):
    """A rule that Config evaluates."""

    type_ = "aws:cfg/rule:Rule"
    service = "config"
    autoname = "name"
    replaces = frozenset({"name"})
    computed = ("arn", "ruleId", "tagsAll")
    calls = Calls("PutConfigRule", "DescribeConfigRules", "DeleteConfigRule")
    keys = ("ConfigRuleName",)
    id_from, body = ("name",), "configRule"
    listed = "ConfigRuleNames"
    found = "ConfigRules[0]"
    names = fixed({"ConfigRuleName": "name", "ConfigRuleArn": "arn", "ConfigRuleId": "ruleId"})
    tagging = Tagging()
    puts = True
