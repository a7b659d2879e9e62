"""Auto-scaling groups."""

from __future__ import annotations

import re
import time
from typing import Any

from rackwright.diagnostics import CapacityError, StepFailed
from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Resource, Wanted, all_tags, pick, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api

NAMES = fixed(
    {
        "AutoScalingGroupName": "name",
        "AutoScalingGroupARN": "arn",
        "NewInstancesProtectedFromScaleIn": "protectFromScaleIn",
        "TargetGroupARNs": "targetGroupArns",
        "LoadBalancerNames": "loadBalancers",
        "LaunchTemplateId": "id",
        "LaunchTemplateName": "name",
        "DesiredCapacityType": "desiredCapacityType",
    }
)
POLL_S = 0.2
MOST_FAILURES = 3
"""Launches that may fail in a row before the group's creation is given up."""
_UNITS = {"h": 3600, "m": 60, "s": 1}


def seconds(duration: str) -> float:
    """Seconds of a Go duration: ``10m``, ``1h30m``, ``0``."""
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)([hms])", duration))


class Group(Resource):
    """Auto-scaling group; the creation returns when its instances are in service."""

    type_ = "aws:autoscaling/group:Group"
    service = "autoscaling"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix", "availabilityZones"})
    defaults = fixed(
        {
            "waitForCapacityTimeout": "10m",
            "forceDelete": False,
            "healthCheckGracePeriod": 300,
            "metricsGranularity": "1Minute",
            "protectFromScaleIn": False,
            "ignoreFailedScalingActivities": False,
            "forceDeleteWarmPool": False,
        }
    )
    computed = (
        *("arn", "availabilityZones", "defaultCooldown", "desiredCapacity", "healthCheckType", "launchTemplate"),
        *("serviceLinkedRoleArn", "vpcZoneIdentifiers"),
    )

    def create(self, cloud: Cloud, wanted: Wanted) -> str:
        """Create it and wait for its instances."""
        params = self._params(cloud, "CreateAutoScalingGroup", wanted)
        name = str(wanted.get("name"))
        cloud.call("autoscaling", "CreateAutoScalingGroup", **params, Tags=self._tags(cloud, wanted))
        self.wait_for_capacity(cloud, name, wanted)
        return name

    def _params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        skip = {"tags", "launchTemplate", "vpcZoneIdentifiers"}
        props = {key: value for key, value in wanted.props.items() if key not in skip}
        params = cloud.params("autoscaling", operation, props, NAMES)
        if subnets := wanted.get("vpcZoneIdentifiers"):
            params["VPCZoneIdentifier"] = ",".join(subnets)
        if template := wanted.get("launchTemplate"):
            params["LaunchTemplate"] = _template(template)
        return params

    @staticmethod
    def _tags(cloud: Cloud, wanted: Wanted) -> list[dict[str, Any]]:
        defaults = [{"key": k, "value": v, "propagateAtLaunch": True} for k, v in all_tags(cloud, {}).items()]
        return [_tag(wanted.get("name"), tag) for tag in [*defaults, *wanted.get("tags", [])]]

    def wait_for_capacity(self, cloud: Cloud, name: str, wanted: Wanted) -> None:
        """Wait until the wanted number of instances is in service, at most `waitForCapacityTimeout`.

        The group itself tries a launch again that failed; `MOST_FAILURES` in a row end the wait, as nothing is left to
        hope for soon. Raises `CapacityError` or `StepFailed` with the reason that the group gives.
        """
        patience = seconds(str(wanted.get("waitForCapacityTimeout", "10m")))
        need = int(wanted.get("desiredCapacity", wanted.get("minSize", 0)))
        deadline = time.monotonic() + patience
        while patience and (have := self._in_service(cloud, name)) < need:
            failing = _failures(cloud, name) >= MOST_FAILURES and not wanted.get("ignoreFailedScalingActivities")
            if failing or time.monotonic() >= deadline:
                raise _too_few(cloud, name, have, need)
            time.sleep(POLL_S)

    @staticmethod
    def _in_service(cloud: Cloud, name: str) -> int:
        answer = cloud.call("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])
        return len(pick("AutoScalingGroups[0].Instances[?LifecycleState=='InService']", answer) or [])

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """Describe it."""
        answer = cloud.call("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[id_])
        item = pick("AutoScalingGroups[0]", answer)
        if item is None or item.get("Status") == "Delete in progress":
            return None
        tags = item.pop("Tags", [])
        found: Props = from_api(item, NAMES)
        zones = item.get("VPCZoneIdentifier") or ""
        shown = {key: value for key, value in found.items() if key not in {"instances", "vpcZoneIdentifier"}}
        return {
            **shown,
            "vpcZoneIdentifiers": [one for one in zones.split(",") if one],
            "tags": _shown_tags(tags, known.get("tags") or []),
            **({"launchTemplate": found["launchTemplate"]} if "launchTemplate" in found else {}),
        }

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """Change it and wait for its instances; running ones keep the template that they started from."""
        if "tags" in changed:
            self._retag(cloud, id_, old, wanted)
        if changed - {"tags", "waitForCapacityTimeout", "forceDelete"}:
            params = self._params(cloud, "UpdateAutoScalingGroup", wanted)
            cloud.call("autoscaling", "UpdateAutoScalingGroup", **params)
        if changed & {"minSize", "maxSize", "desiredCapacity"}:
            self.wait_for_capacity(cloud, id_, wanted)

    def _retag(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted) -> None:
        keys = {tag["key"] for tag in wanted.get("tags", [])}
        if gone := [_tag(id_, tag) for tag in old.get("tags") or [] if tag["key"] not in keys]:
            cloud.call("autoscaling", "DeleteTags", Tags=gone)
        if tags := self._tags(cloud, wanted):
            cloud.call("autoscaling", "CreateOrUpdateTags", Tags=tags)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Scale to nothing, wait for the instances to go, delete."""
        if self.read(cloud, id_, known) is None:
            return
        name = {"AutoScalingGroupName": id_}
        cloud.call("autoscaling", "UpdateAutoScalingGroup", **name, MinSize=0, MaxSize=0, DesiredCapacity=0)
        force = bool(known.get("forceDelete")) or known.get("protectFromScaleIn") is True
        when_free(lambda: cloud.call("autoscaling", "DeleteAutoScalingGroup", **name, ForceDelete=force))

    def find(self, cloud: Cloud, wanted: Wanted) -> str | None:
        """By name, once its instances are in service: what was interrupted is waited for, not taken for done."""
        name = str(wanted.get("name"))
        if self.read(cloud, name, wanted.props) is None:
            return None
        self.wait_for_capacity(cloud, name, wanted)
        return name

    def problems(self, props: Props) -> list[tuple[str, str]]:
        """Sizes in order."""
        sizes = [props.get(name) for name in ("minSize", "desiredCapacity", "maxSize")]
        numbers = [int(size) for size in sizes if isinstance(size, int | float)]
        if numbers == sorted(numbers):
            return []
        return [("desiredCapacity", f"minSize <= desiredCapacity <= maxSize does not hold: {numbers}")]


def _template(given: Props) -> dict[str, Any]:
    found = {"LaunchTemplateId": given.get("id"), "LaunchTemplateName": given.get("name")}
    named = {key: value for key, value in list(found.items()) if value}
    first = dict(list(named.items())[:1])
    return {**first, "Version": str(given.get("version") or "$Default")}


def _tag(group: Any, tag: Props) -> dict[str, Any]:
    return {
        "ResourceId": group,
        "ResourceType": "auto-scaling-group",
        "Key": tag["key"],
        "Value": str(tag["value"]),
        "PropagateAtLaunch": bool(tag.get("propagateAtLaunch")),
    }


def _shown_tags(live: list[dict[str, Any]], known: list[Props]) -> list[Props]:
    """Tags in the order in which they were given, then others."""
    found = {
        tag["Key"]: {"key": tag["Key"], "value": tag.get("Value", ""), "propagateAtLaunch": tag["PropagateAtLaunch"]}
        for tag in live
    }
    first = [tag["key"] for tag in known if tag["key"] in found]
    return [found[key] for key in dict.fromkeys([*first, *sorted(found)])]


def _failures(cloud: Cloud, name: str) -> int:
    """Launches of the group that failed since the last one that did not."""
    answer = cloud.call("autoscaling", "DescribeScalingActivities", AutoScalingGroupName=name, MaxRecords=MOST_FAILURES)
    states = [one["StatusCode"] for one in answer.get("Activities", [])]
    return next((number for number, state in enumerate(states) if state != "Failed"), len(states))


def _too_few(cloud: Cloud, name: str, have: int, need: int) -> CapacityError | StepFailed:
    """Why the instances did not come, from the group's own record."""
    answer = cloud.call("autoscaling", "DescribeScalingActivities", AutoScalingGroupName=name, MaxRecords=1)
    why = str(pick("Activities[0].StatusMessage", answer) or "no reason given")
    summary = f"auto-scaling group {name!r} has {have} of {need} instances in service: {why}"
    if re.search(r"[Cc]apacity|[Ll]imit|[Qq]uota", why):
        hint = "try another zone or machine type, a reservation, or a higher quota"
        return CapacityError(summary, where=name, hint=hint)
    return StepFailed(summary, where=name, hint="look at the group's activity history")
