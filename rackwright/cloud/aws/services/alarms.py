"""CloudWatch alarms that look at their metric, and groups that follow them.

An alarm is judged when figures come and when somebody looks. While it lasts, a scaling policy among its actions is
carried out again and again, once each cooldown; the other actions are not rehearsed.
Sources: Amazon CloudWatch User Guide, "Evaluating an alarm", "Configuring how alarms treat missing data" and "Alarm
actions"; Amazon EC2 Auto Scaling User Guide, "Scaling cooldowns" (docs.aws.amazon.com, 2026-11).
"""

from __future__ import annotations

import datetime as dt
import json
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.cloudwatch.models import MetricAggregatedDatum

from rackwright.cloud.aws.call import Behaviours, Call, Reply, backends_of
from rackwright.cloud.aws.lifecycle import pace

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
}
_FOLLOWED = "rackwright_followed"
"""Attribute of a group: when a policy changed it last."""


def put_data(call: Call) -> Reply:
    """Figures without a time are of now; alarms look at them at once."""
    state = call.state()
    known = len(state.metric_data)
    reply = call.forward()
    if reply.ok:
        asked = [one for one in call.params["MetricData"] if "Timestamp" not in one]
        for datum in state.metric_data[known:] if asked else ():
            datum.timestamp = _now()
        _judge_all(call)
    return reply


def describe(call: Call) -> Reply:
    """As they are now."""
    call.changed = _judge_all(call) or call.changed
    return call.forward()


def _now() -> dt.datetime:
    return dt.datetime.fromtimestamp(pace.clock(), dt.UTC).replace(tzinfo=None)


def _judge_all(call: Call) -> bool:
    """Whether any alarm changed its state or a group its size."""
    changed = False
    for alarm in list(call.state().alarms.values()):
        if alarm.metric_name and alarm.comparison_operator in COMPARISONS:
            found = judged(alarm, call.state().metric_data, _now())
            if found != alarm.state_value:
                alarm.update_state("Threshold Crossed" if found == "ALARM" else "In range", json.dumps({}), found)
                changed = True
            if found == "ALARM" and alarm.actions_enabled:
                followed = [_follow(call, arn) for arn in alarm.alarm_actions]
                changed = changed or any(followed)
    return changed


def judged(alarm: Any, data: list[Any], now: dt.datetime) -> str:
    """``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``: whether enough of the last periods are beyond the threshold."""
    breaching = [_breaches(alarm, figures) for figures in _periods(alarm, data, now)]
    if alarm.treat_missing_data in {None, "missing"} and None in breaching:
        return "INSUFFICIENT_DATA" if set(breaching) == {None} else str(alarm.state_value)
    known = [one if one is not None else alarm.treat_missing_data == "breaching" for one in breaching]
    return "ALARM" if sum(known) >= int(alarm.datapoints_to_alarm or alarm.evaluation_periods) else "OK"


def _periods(alarm: Any, data: list[Any], now: dt.datetime) -> Iterator[list[Any]]:
    """Figures of each of the last periods, the latest first."""
    wanted = sorted((one.name, one.value) for one in alarm.dimensions)
    mine = [
        one
        for one in data
        if (one.namespace, one.name) == (alarm.namespace, alarm.metric_name)
        and sorted((dimension.name, dimension.value) for dimension in one.dimensions) == wanted
    ]
    span = dt.timedelta(seconds=int(alarm.period))
    for number in range(int(alarm.evaluation_periods)):
        end = now - number * span
        yield [one for one in mine if end - span < one.timestamp.replace(tzinfo=None) <= end]


def _breaches(alarm: Any, figures: list[Any]) -> bool | None:
    """None without any figure."""
    if not figures:
        return None
    return COMPARISONS[alarm.comparison_operator](_statistic(str(alarm.statistic), figures), float(alarm.threshold))


def _statistic(name: str, figures: list[Any]) -> float:
    whole = [_four(one) for one in figures]
    least, most, sums, counts = zip(*whole, strict=True)
    figure = {
        "Minimum": min(least),
        "Maximum": max(most),
        "Sum": sum(sums),
        "SampleCount": sum(counts),
        "Average": sum(sums) / sum(counts),
    }
    return float(figure[name])


def _four(datum: Any) -> tuple[float, float, float, float]:
    """Least, most, sum and count of a figure, which may be a set of values."""
    if isinstance(datum, MetricAggregatedDatum):
        return datum.min, datum.max, datum.sum, datum.sample_count
    return datum.value, datum.value, datum.value, 1.0


def _follow(call: Call, arn: str) -> bool:
    """Carry out a scaling policy, unless its group is still cooling down. Returns whether the group changed."""
    scaling = backends_of("autoscaling")[call.account][call.region]
    policy = next((one for one in scaling.policies.values() if one.arn == arn), None)
    group = scaling.autoscaling_groups.get(policy.auto_scaling_group_name) if policy else None
    if policy is None or group is None:
        return False
    since = pace.clock() - vars(group).get(_FOLLOWED, float("-inf"))
    before = group.desired_capacity
    if since < float(policy.cooldown or 0):
        return False
    wanted = max(group.min_size, min(group.max_size, before + int(policy.scaling_adjustment or 0)))
    if policy.adjustment_type != "ChangeInCapacity" or wanted == before:
        return False
    scaling.set_desired_capacity(group.name, wanted)
    vars(group)[_FOLLOWED] = pace.clock()
    return True


BEHAVIOURS: Behaviours = {
    ("cloudwatch", "PutMetricData"): put_data,
    ("cloudwatch", "DescribeAlarms"): describe,
}
