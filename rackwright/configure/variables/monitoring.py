"""Variables of the monitoring roles."""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.variables.area import Area, Site, Variables
from rackwright.design import idle
from rackwright.inventory import Host

NODE_EXPORTER_PORT = 9100
"""Registered for the node exporter in Prometheus' list of default ports."""


def _of_groups(_site: Site) -> Mapping[str, Variables]:
    return {"node_exporter": {"node_exporter_port": NODE_EXPORTER_PORT}}


def _of_host(host: Host, site: Site) -> Variables:
    told = {
        "region": site.design.region or "",
        "cluster": site.design.name,
        "pool": host.pool,
        "namespace": idle.NAMESPACE,
        "metric": idle.METRIC,
        "period_s": idle.PERIOD_S,
    }
    reports = {"gpu_metrics_settings": told} if idle.ROLE in host.roles else {}
    return {"node_exporter_address": str(host.address), **reports}


AREA = Area(frozenset({"node_exporter", idle.ROLE}), _of_groups, _of_host)
