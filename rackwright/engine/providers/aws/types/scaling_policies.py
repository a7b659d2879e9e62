"""How an auto-scaling group answers an alarm."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.shapes import Props, fixed
from rackwright.engine.providers.aws.types.declared import Calls, Declared


class Policy(Declared):
    """A scaling policy; the name is the id."""

    type_ = "aws:autoscaling/policy:Policy"
    service = "autoscaling"
    autoname = "name"
    replaces = frozenset({"name", "autoscalingGroupName"})
    defaults = fixed({"policyType": "SimpleScaling", "enabled": True})
    computed = ("arn", "metricAggregationType")
    calls = Calls("PutScalingPolicy", "DescribePolicies", "DeletePolicy")
    keys = ("PolicyName",)
    id_from = ("name",)
    found = "ScalingPolicies[0]"
    names = fixed({"PolicyName": "name", "AutoScalingGroupName": "autoscalingGroupName", "PolicyARN": "arn"})
    puts = True

    def where(self, id_: str, known: Props) -> dict[str, Any]:
        """In its group."""
        return {"AutoScalingGroupName": known.get("autoscalingGroupName"), "PolicyName": id_}

    def asked(self, id_: str, known: Props) -> dict[str, Any]:
        """The API describes lists."""
        return {"AutoScalingGroupName": known.get("autoscalingGroupName"), "PolicyNames": [id_]}
