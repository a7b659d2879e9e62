"""Reports: pure functions from an `AuditResult` to text. Must not know where the findings come from."""

from policies.report.html import render_html
from policies.report.json import finding_as_json, render_json
from policies.report.junit import render_junit
from policies.report.oscal import render_oscal
from policies.report.oscal_components import render_oscal_components
from policies.report.page import Page, render_page
from policies.report.sarif import render_sarif
from policies.report.table import render_csv, render_markdown
from policies.report.text import render_text

__all__ = [
    "Page",
    "finding_as_json",
    "render_csv",
    "render_html",
    "render_json",
    "render_junit",
    "render_markdown",
    "render_oscal",
    "render_oscal_components",
    "render_page",
    "render_sarif",
    "render_text",
]
