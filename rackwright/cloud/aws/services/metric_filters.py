"""CloudWatch Logs: putting a metric filter again changes it.

Source: Amazon CloudWatch Logs API Reference, "PutMetricFilter"
(docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html, 2026-11).
"""

from __future__ import annotations

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply


def put(call: Call) -> Reply:
    """The old one goes; moto would keep both."""
    state, name, group = call.state(), call.params["filterName"], call.params["logGroupName"]
    if group not in state.groups:
        raise ApiError("ResourceNotFoundException", "The specified log group does not exist.")
    filters = state.filters
    filters.metric_filters = [
        one for one in filters.metric_filters if (one["filterName"], one["logGroupName"]) != (name, group)
    ]
    return call.forward()


BEHAVIOURS: Behaviours = {("logs", "PutMetricFilter"): put}
