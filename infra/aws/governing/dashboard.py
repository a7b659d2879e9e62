"""One page that shows how the cluster does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.aws.context import Context
from rackwright.design.idle import METRIC, NAMESPACE

Series = tuple[str, ...]
"""Namespace, metric, then dimension and value in turn, as a dashboard's JSON has it."""

WIDTH, HEIGHT, COLUMNS = 12, 6, 24
"""Size of a graph in the grid of 24 columns.
Source: Amazon CloudWatch API Reference, "Dashboard Body Structure and Syntax", read 2026-11-21."""

LUSTRE = ("DataReadBytes", "DataWriteBytes", "FreeDataStorageCapacity")
EFS = ("DataReadIOBytes", "DataWriteIOBytes", "PercentIOLimit")


def graph(title: str, series: Sequence[Series], region: str, place: int, statistic: str = "Average") -> dict[str, Any]:
    """One graph at the `place`-th spot of the grid, row by row."""
    per_row = COLUMNS // WIDTH
    return {
        "type": "metric",
        "x": place % per_row * WIDTH,
        "y": place // per_row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": title,
            "metrics": [list(one) for one in series],
            "region": region,
            "stat": statistic,
            "period": 300,
            "view": "timeSeries",
        },
    }


def body(
    region: str, cluster: str, groups: Mapping[str, str], lustre: Mapping[str, str], efs: Mapping[str, str]
) -> str:
    """The dashboard's JSON: GPUs and sizes of each group, traffic of each file system. Pure; the same every time.

    `groups` is pool -> name of its auto-scaling group; the others are name -> id of a file system.
    """
    graphs: list[tuple[str, list[Series], str]] = []
    if groups:
        at = [(NAMESPACE, METRIC, "Cluster", cluster, "Pool", pool) for pool in groups]
        sizes = [
            ("AWS/AutoScaling", "GroupInServiceInstances", "AutoScalingGroupName", group) for group in groups.values()
        ]
        graphs += [("GPUs at work, percent", list(at), "Average"), ("Nodes in service", list(sizes), "Average")]
    graphs += [
        (f"Lustre {name}", [("AWS/FSx", metric, "FileSystemId", id_) for metric in LUSTRE], "Sum")
        for name, id_ in lustre.items()
    ]
    graphs += [
        (f"EFS {name}", [("AWS/EFS", metric, "FileSystemId", id_) for metric in EFS], "Average")
        for name, id_ in efs.items()
    ]
    widgets = [graph(title, series, region, place, how) for place, (title, series, how) in enumerate(graphs)]
    return json.dumps({"widgets": widgets}, sort_keys=True)


class ClusterDashboard(pulumi.ComponentResource):
    """The dashboard of the cluster."""

    def __init__(
        self,
        context: Context,
        *,
        groups: Mapping[str, pulumi.Output[str]],
        lustre: Mapping[str, pulumi.Output[str]],
        efs: Mapping[str, pulumi.Output[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rackwright:aws:ClusterDashboard", context.prefix, None, opts)
        parts: pulumi.Output[Any] = pulumi.Output.from_input(
            {"groups": dict(groups), "lustre": dict(lustre), "efs": dict(efs)}
        )
        text = parts.apply(
            lambda known: body(context.region, context.design.name, known["groups"], known["lustre"], known["efs"])
        )
        aws.cloudwatch.Dashboard(
            context.prefix,
            dashboard_name=context.prefix,
            dashboard_body=text,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
