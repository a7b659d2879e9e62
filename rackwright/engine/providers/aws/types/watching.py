"""Dashboards, metrics of logs, events and who hears of them."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted, pick, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Tagging


class Dashboard(Declared):
    """A page of CloudWatch."""

    type_ = "aws:cloudwatch/dashboard:Dashboard"
    service = "cloudwatch"
    replaces = frozenset({"dashboardName"})
    computed = ("dashboardArn",)
    calls = Calls("PutDashboard", "GetDashboard", "DeleteDashboards")
    keys = ("DashboardName",)
    puts = True

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """The API deletes lists."""
        when_free(lambda: cloud.call("cloudwatch", "DeleteDashboards", DashboardNames=[id_]))


class LogMetricFilter(Declared):
    """A metric that counts lines of a log group."""

    type_ = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
    service = "logs"
    autoname = "name"
    replaces = frozenset({"name", "logGroupName"})
    calls = Calls("PutMetricFilter", "DescribeMetricFilters", "DeleteMetricFilter")
    keys = ("filterName",)
    id_from = ("name",)
    names = fixed({"filterName": "name", "filterPattern": "pattern", "metricTransformations": "metricTransformation"})
    own = fixed({"metricName": "name", "metricNamespace": "namespace", "metricValue": "value"})
    found = "metricFilters[?filterName=='$filterName'] | [0]"
    puts = True

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """Members of the transformation have names of their own in pulumi-aws."""
        one = wanted.get("metricTransformation", {})
        plain = {key: value for key, value in wanted.props.items() if key != "metricTransformation"}
        params = super().params(cloud, operation, Wanted(wanted.urn, plain))
        back = {prop: member for member, prop in self.own.items()}
        inner = {back.get(key, key): value for key, value in one.items() if value not in (None, {}, "")}
        if "defaultValue" in inner:
            inner["defaultValue"] = float(inner["defaultValue"])
        return {**params, "metricTransformations": [inner]}

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The same the other way round."""
        del cloud, id_
        live = item["metricTransformations"][0]
        return {"metricTransformation": {self.own.get(key, key): value for key, value in live.items()}}

    def where(self, id_: str, known: Props) -> dict[str, Any]:
        """In its log group."""
        return {"logGroupName": known.get("logGroupName"), "filterName": id_}

    def asked(self, id_: str, known: Props) -> dict[str, Any]:
        """The API finds by prefix."""
        return {"logGroupName": known.get("logGroupName"), "filterNamePrefix": id_}


class EventRule(Declared):
    """Which events matter."""

    type_ = "aws:cloudwatch/eventRule:EventRule"
    service = "events"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix", "eventBusName"})
    defaults = fixed({"eventBusName": "default", "forceDestroy": False})
    computed = ("arn", "tagsAll")
    calls = Calls("PutRule", "DescribeRule", "DeleteRule")
    keys = ("Name",)
    tagging = Tagging(where="ResourceARN")
    puts = True


class EventTarget(Declared):
    """Who hears of the events of a rule. Its id is ``rule-target``, as in pulumi-aws."""

    type_ = "aws:cloudwatch/eventTarget:EventTarget"
    service = "events"
    autoname = "targetId"
    replaces = frozenset({"rule", "targetId", "eventBusName"})
    defaults = fixed({"eventBusName": "default", "forceDestroy": False})
    calls = Calls("PutTargets", "ListTargetsByRule", "RemoveTargets")
    keys = ()
    separator = "-"
    id_from = ("rule", "targetId")
    names = fixed({"Id": "targetId"})
    puts = True

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """A list of one target."""
        inner = {key: value for key, value in wanted.props.items() if key != "rule"}
        params = cloud.params("events", operation, {"targets": [inner]}, self.names)
        return {**params, "Rule": wanted.get("rule")}

    def where(self, id_: str, known: Props) -> dict[str, Any]:
        """Its rule; names may hold dashes, so the id cannot be taken apart."""
        del id_
        return {"Rule": known.get("rule")}

    def describe(self, cloud: Cloud, id_: str, known: Props) -> dict[str, Any] | None:
        """The rule's target of that name."""
        answer = cloud.find("events", "ListTargetsByRule", **self.where(id_, known))
        found: dict[str, Any] | None = pick(f"Targets[?Id=='{known.get('targetId')}'] | [0]", answer or {})
        return {**found, "Rule": known.get("rule")} if found else None

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """The API deletes lists."""
        target = known.get("targetId")
        when_free(lambda: cloud.find("events", "RemoveTargets", **self.where(id_, known), Ids=[target]))


class TopicSubscription(Declared):
    """Somebody who hears of a topic. A person confirms by mail; until then AWS knows it by no ARN."""

    type_ = "aws:sns/topicSubscription:TopicSubscription"
    service = "sns"
    replaces = frozenset({"topic", "protocol", "endpoint"})
    defaults = fixed({"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": False, "rawMessageDelivery": False})
    computed = ("arn", "ownerId", "pendingConfirmation", "confirmationWasAuthenticated")
    calls = Calls("Subscribe", "GetSubscriptionAttributes", "Unsubscribe")
    keys = ("SubscriptionArn",)
    created = "SubscriptionArn"
    found = "Attributes"
    names = fixed({"TopicArn": "topic", "SubscriptionArn": "arn", "Owner": "ownerId"})

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """With its ARN in the answer even before the person has confirmed."""
        return {**super().params(cloud, operation, wanted), "ReturnSubscriptionArn": True}

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Switches are texts in the API."""
        del cloud, id_
        return {
            "rawMessageDelivery": item.get("RawMessageDelivery") == "true",
            "pendingConfirmation": item.get("PendingConfirmation") == "true",
        }

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By topic and address."""
        answer = cloud.find("sns", "ListSubscriptionsByTopic", TopicArn=wanted.get("topic")) or {}
        place = f"Protocol=='{wanted.get('protocol')}' && Endpoint=='{wanted.get('endpoint')}'"
        found = pick(f"Subscriptions[?{place}].SubscriptionArn | [0]", answer)
        return str(found) if found else None
