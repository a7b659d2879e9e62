"""Helm charts, with the digests that their repository's index gives."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from rackwright.diagnostics import StepFailed
from rackwright.mirror.fetch import Wanted, open_url
from rackwright.mirror.settings import Chart

FOLDER = "charts"


def wanted_charts(charts: Iterable[Chart]) -> list[Wanted]:
    """The files of `charts`; each repository's index is read once. `StepFailed` names a chart that it lacks."""
    indexes: dict[str, dict[str, Any]] = {}
    found = []
    for chart in charts:
        if chart.repository not in indexes:
            indexes[chart.repository] = _index(chart.repository)
        found.append(chart_in(indexes[chart.repository], chart))
    return found


def chart_in(index: dict[str, Any], chart: Chart) -> Wanted:
    """The file of `chart` as its repository's index names it."""
    releases = index.get("entries", {}).get(chart.name, [])
    release = next((one for one in releases if str(one["version"]) == chart.version), None)
    if release is None or not release.get("urls"):
        known = ", ".join(str(one["version"]) for one in releases[:5]) or "none of that name"
        raise StepFailed(f"{chart.repository} has no {chart.name} {chart.version}; it has {known}", where="charts")
    url = urljoin(f"{chart.repository.rstrip('/')}/", str(release["urls"][0]))
    digest = str(release["digest"]).removeprefix("sha256:") if release.get("digest") else None
    return Wanted(f"{FOLDER}/{chart.name}-{chart.version}.tgz", url, "chart", digest)


def _index(repository: str) -> dict[str, Any]:
    url = f"{repository.rstrip('/')}/index.yaml"
    try:
        with contextlib.closing(open_url(url, {})) as answer:
            tree: dict[str, Any] = YAML(typ="safe").load(answer.read().decode())
    except (OSError, ValueError, YAMLError) as cause:
        raise StepFailed(f"the chart repository's index cannot be read: {cause}", where=url) from cause
    return tree
