"""Renders one run's report as HTML and JSON; pure. Main type: `RunReport`."""

from rackwright.report.model import Locked, MachineRow, PlanRow, RunReport
from rackwright.report.render import plan_counts, render_html, render_json
from rackwright.report.topology import topology_svg

__all__ = ["Locked", "MachineRow", "PlanRow", "RunReport", "plan_counts", "render_html", "render_json", "topology_svg"]
