"""Topics, alarms and budgets: who hears about it."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted, all_tags, pick, tag_outputs, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api, tag_list, tag_map
from rackwright.engine.providers.aws.types.file_systems import retag_by_arn

_TOPIC = fixed(
    {
        "displayName": "DisplayName",
        "policy": "Policy",
        "deliveryPolicy": "DeliveryPolicy",
        "kmsMasterKeyId": "KmsMasterKeyId",
        "signatureVersion": "SignatureVersion",
        "tracingConfig": "TracingConfig",
    }
)


class Topic(Resource):
    """SNS topic; the ARN is the id."""

    type_ = "aws:sns/topic:Topic"
    service = "sns"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix", "fifoTopic"})
    defaults = fixed({"fifoTopic": False})
    computed = ("arn", "owner", "policy", "beginningArchiveTime", "tagsAll")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it with its attributes."""
        attributes = {member: str(wanted.get(prop)) for prop, member in _TOPIC.items() if wanted.get(prop) is not None}
        tags = tag_list(all_tags(cloud, wanted.get("tags")))
        name = wanted.get("name")
        return str(cloud.call("sns", "CreateTopic", Name=name, Attributes=attributes, Tags=tags or None)["TopicArn"])

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Its attributes and tags."""
        answer = cloud.find("sns", "GetTopicAttributes", TopicArn=id_)
        if answer is None:
            return None
        live = answer["Attributes"]
        tags = cloud.call("sns", "ListTagsForResource", ResourceArn=id_).get("Tags")
        return {
            "arn": id_,
            "name": id_.rpartition(":")[2],
            "owner": live.get("Owner"),
            "fifoTopic": live.get("FifoTopic") == "true",
            **{prop: live[member] for prop, member in _TOPIC.items() if live.get(member)},
            **tag_outputs(cloud, tag_map(tags)),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Attributes, one per call as the API asks."""
        for prop in sorted(changed & set(_TOPIC)):
            value = str(wanted.get(prop, ""))
            cloud.call("sns", "SetTopicAttributes", TopicArn=id_, AttributeName=_TOPIC[prop], AttributeValue=value)
        if "tags" in changed:
            retag_by_arn(cloud, "sns", {"ResourceArn": id_}, old, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it."""
        when_free(lambda: cloud.call("sns", "DeleteTopic", TopicArn=id_))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        arn = cloud.arn("sns", str(wanted.get("name")))
        return arn if self.read(cloud, arn, wanted.props) else None


class MetricAlarm(Resource):
    """CloudWatch alarm; the name is the id."""

    type_ = "aws:cloudwatch/metricAlarm:MetricAlarm"
    service = "cloudwatch"
    autoname = "name"
    replaces = frozenset({"name"})
    defaults = fixed({"actionsEnabled": True, "treatMissingData": "missing"})
    computed = ("arn", "evaluateLowSampleCountPercentiles", "tagsAll")
    names = fixed(
        {
            "AlarmName": "name",
            "AlarmArn": "arn",
            "OKActions": "okActions",
            "EvaluateLowSampleCountPercentile": "evaluateLowSampleCountPercentiles",
            "Metrics": "metricQueries",
        }
    )

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Put it."""
        params = cloud.params(
            "cloudwatch", "PutMetricAlarm", {**wanted.props, "dimensions": None, "tags": None}, self.names
        )
        params["Dimensions"] = tag_list(wanted.get("dimensions", {}), "Name", "Value")
        tags = tag_list(all_tags(cloud, wanted.get("tags")))
        cloud.call("cloudwatch", "PutMetricAlarm", **params, Tags=tags or None)
        return str(wanted.get("name"))

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it."""
        item = pick("MetricAlarms[0]", cloud.call("cloudwatch", "DescribeAlarms", AlarmNames=[id_]))
        if item is None:
            return None
        dimensions = tag_map(item.pop("Dimensions", []), "Name", "Value")
        tags = cloud.call("cloudwatch", "ListTagsForResource", ResourceARN=item["AlarmArn"]).get("Tags")
        return {**from_api(item, self.names), "dimensions": dimensions, **tag_outputs(cloud, tag_map(tags))}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Put it again; tags have calls of their own."""
        if changed - {"tags"}:
            self.create(cloud, wanted)
        if "tags" in changed:
            retag_by_arn(cloud, "cloudwatch", {"ResourceARN": cloud.arn("cloudwatch", f"alarm:{id_}")}, old, wanted)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it."""
        when_free(lambda: cloud.call("cloudwatch", "DeleteAlarms", AlarmNames=[id_]))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        name = str(wanted.get("name"))
        return name if self.read(cloud, name, wanted.props) else None


class Budget(Resource):
    """Budget with notifications; the id is ``account:name``."""

    type_ = "aws:budgets/budget:Budget"
    service = "budgets"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix", "accountId"})
    computed = ("arn", "accountId", "timePeriodStart", "timePeriodEnd", "tagsAll")

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it with its notifications."""
        account = str(wanted.get("accountId", cloud.account))
        tags = tag_list(all_tags(cloud, wanted.get("tags")))
        cloud.call(
            *("budgets", "CreateBudget"),
            AccountId=account,
            Budget=_budget(wanted),
            NotificationsWithSubscribers=[_notification(one) for one in wanted.get("notifications", [])],
            ResourceTags=tags or None,
        )
        return f"{account}:{wanted.get('name')}"

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Its limit, filters and notifications."""
        account, _, name = id_.partition(":")
        where = {"AccountId": account, "BudgetName": name}
        answer = cloud.find("budgets", "DescribeBudget", **where)
        if answer is None:
            return None
        item, arn = answer["Budget"], f"arn:{cloud.partition}:budgets::{account}:budget/{name}"
        tags = cloud.find("budgets", "ListTagsForResource", ResourceARN=arn) or {}
        return {
            "arn": arn,
            "accountId": account,
            "name": name,
            "budgetType": item["BudgetType"],
            "timeUnit": item["TimeUnit"],
            "limitAmount": _plain(pick("BudgetLimit.Amount", item)),
            "limitUnit": pick("BudgetLimit.Unit", item),
            "costFilters": [{"name": key, "values": values} for key, values in (item.get("CostFilters") or {}).items()],
            "notifications": [self._subscribed(cloud, where, one) for one in self._notifications(cloud, where)],
            **tag_outputs(cloud, tag_map(tags.get("ResourceTags"))),
        }

    @staticmethod
    def _notifications(cloud: Cloud, where: dict[str, str]) -> list[dict[str, Any]]:
        found = cloud.find("budgets", "DescribeNotificationsForBudget", **where) or {}
        return list(found.get("Notifications") or [])

    @staticmethod
    def _subscribed(cloud: Cloud, where: dict[str, str], live: dict[str, Any]) -> Props:
        answer = cloud.find("budgets", "DescribeSubscribersForNotification", **where, Notification=live) or {}
        topics = pick("Subscribers[?SubscriptionType=='SNS'].Address", answer) or []
        mails = pick("Subscribers[?SubscriptionType=='EMAIL'].Address", answer) or []
        shown = {key: value for key, value in from_api(live).items() if key != "notificationState"}
        return {**shown, "subscriberSnsTopicArns": topics, "subscriberEmailAddresses": mails}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """The budget as a whole; notifications are replaced."""
        account, _, name = id_.partition(":")
        where = {"AccountId": account, "BudgetName": name}
        if changed - {"tags", "notifications"}:
            cloud.call("budgets", "UpdateBudget", AccountId=account, NewBudget=_budget(wanted))
        if "notifications" in changed:
            for live in self._notifications(cloud, where):
                cloud.call("budgets", "DeleteNotification", **where, Notification=live)
            for one in wanted.get("notifications", []):
                cloud.call("budgets", "CreateNotification", **where, **_notification(one))
        if "tags" in changed:
            arn = f"arn:{cloud.partition}:budgets::{account}:budget/{name}"
            self._retag(cloud, arn, old.get("tags") or {}, wanted.get("tags", {}))

    @staticmethod
    def _retag(cloud: Cloud, arn: str, old: Props, new: Props) -> None:
        if gone := [key for key in old if key not in new]:
            cloud.call("budgets", "UntagResource", ResourceARN=arn, ResourceTagKeys=gone)
        if new:
            cloud.call("budgets", "TagResource", ResourceARN=arn, ResourceTags=tag_list(new))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Delete it."""
        account, _, name = id_.partition(":")
        when_free(lambda: cloud.call("budgets", "DeleteBudget", AccountId=account, BudgetName=name))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name."""
        id_ = f"{wanted.get('accountId', cloud.account)}:{wanted.get('name')}"
        return id_ if self.read(cloud, id_, wanted.props) else None


def _budget(wanted: Wanted) -> dict[str, Any]:
    return {
        "BudgetName": wanted.get("name"),
        "BudgetType": wanted.get("budgetType"),
        "TimeUnit": wanted.get("timeUnit"),
        "BudgetLimit": {"Amount": str(wanted.get("limitAmount")), "Unit": wanted.get("limitUnit")},
        "CostFilters": {one["name"]: one["values"] for one in wanted.get("costFilters", [])},
    }


def _notification(one: Props) -> dict[str, Any]:
    addresses = [("SNS", arn) for arn in one.get("subscriberSnsTopicArns") or []]
    addresses += [("EMAIL", mail) for mail in one.get("subscriberEmailAddresses") or []]
    return {
        "Notification": {
            "ComparisonOperator": one["comparisonOperator"],
            "NotificationType": one["notificationType"],
            "Threshold": float(one["threshold"]),
            "ThresholdType": one["thresholdType"],
        },
        "Subscribers": [{"SubscriptionType": kind, "Address": address} for kind, address in addresses],
    }


def _plain(amount: Any) -> str:
    """``5.0`` and ``5`` are the same amount."""
    number = float(amount or 0)
    return str(int(number)) if number.is_integer() else str(number)
