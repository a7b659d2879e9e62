"""`RunReport` -> HTML and JSON. Pure; everything that came from outside is escaped."""

from __future__ import annotations

import json

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rackwright.outcome import Verdict
from rackwright.report.model import RunReport
from rackwright.report.topology import topology_svg

_ENVIRONMENT = Environment(
    loader=PackageLoader("rackwright.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def render_html(report: RunReport, *, findings_html: str = "") -> str:
    """One self-contained page: topology, plan, machines, versions, configuration, acceptance, findings.

    `findings_html` is a finished, already escaped fragment (``policies.report.render_html``).
    """
    template = _ENVIRONMENT.get_template("report.html.j2")
    return template.render(
        report=report,
        design=report.design,
        topology=Markup(topology_svg(report.design)),  # noqa: S704 - our own SVG, escaped where it is made
        findings_html=Markup(findings_html),  # noqa: S704 - escaped by policies.report
        counts=report.check_counts(),
        Verdict=Verdict,
        plan_counts=plan_counts(report),
    )


def render_json(report: RunReport) -> str:
    """The same facts for programs: sorted keys, two-space indent, newline at the end."""
    return json.dumps(report.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"


def plan_counts(report: RunReport) -> dict[str, int]:
    """Operation -> number of steps, plus ``recorded`` for those that exist in state only."""
    counts: dict[str, int] = {}
    for row in report.plan:
        counts[row.op] = counts.get(row.op, 0) + 1
    recorded = sum(row.recorded for row in report.plan)
    return dict(sorted(counts.items())) | ({"recorded": recorded} if recorded else {})
