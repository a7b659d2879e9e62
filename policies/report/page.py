"""The audit as a whole page: filters, trend, what changed, where it looked. One file, nothing loaded, printable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from policies.audit import AuditResult
from policies.report.html import render_html
from policies.rule import Severity, Status
from policies.trend import Change, Mark

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""Nothing from elsewhere may be loaded, whatever a name in the findings says."""
WIDTH, HEIGHT, EDGE = 720, 160, 30
"""Of the chart, in pixels."""
MOST_MARKS = 60
"""Audits that the chart shows, the newest."""
MOST_CHANGES = 100

STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
body { max-width: 1200px; margin: 1.5em auto; padding: 0 1em }
h1 { font-size: 1.4em; margin-bottom: .2em } h2 { font-size: 1.1em; margin-top: 1.4em }
.facts, .filters { display: flex; flex-wrap: wrap; gap: .4em 1.2em; margin: .6em 0 }
.filters { position: sticky; top: 0; padding: .5em 0; background: Canvas; border-bottom: 1px solid #8886 }
.filters label { display: flex; gap: .4em; align-items: center }
input, select { font: inherit } .trend { max-width: 100%; height: auto }
.trend .violations { stroke: #b3261e } .trend .stops { stroke: #8a5a00 }
.trend polyline { fill: none; stroke-width: 2 } .trend text { font-size: 11px; fill: currentColor }
code { font-size: .92em } [hidden] { display: none !important }
@media print { .filters { display: none } body { max-width: none } details > * { display: block } }
"""

SCRIPT = """
const field = id => document.getElementById(id);
const rows = [...document.querySelectorAll('.findings tbody tr, .passes details, .framework tbody tr')];
function show() {
  const status = field('status').value, severity = field('severity').value, framework = field('framework').value;
  const control = field('control').value.trim().toLowerCase(), text = field('text').value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const data = row.dataset, controls = (data.controls || '').split(' ');
    const mine = controls.filter(one => !framework || one.startsWith(framework + ':'));
    row.hidden = (framework !== '' && !mine.length) || (status && data.status && data.status !== status) ||
      (severity && data.severity && data.severity !== severity) ||
      (control && !mine.some(one => one.toLowerCase().includes(control))) ||
      (text && !row.textContent.toLowerCase().includes(text));
    if (!row.hidden && data.status) shown++;
  }
  for (const one of document.querySelectorAll('.framework'))
    one.hidden = framework !== '' && one.dataset.framework !== framework;
  field('shown').textContent = shown + ' findings shown';
}
const filters = ['status', 'severity', 'framework', 'control', 'text'];
const asked = new URLSearchParams(location.hash.slice(1));
for (const id of filters) {
  if (asked.get(id) !== null) field(id).value = asked.get(id);
  field(id).addEventListener('input', () => { show(); keep(); });
}
function keep() {
  const chosen = filters.filter(id => field(id).value).map(id => [id, field(id).value]);
  history.replaceState(null, '', '#' + new URLSearchParams(chosen));
}
window.addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(one => one.open = true));
show();
"""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands around the findings."""

    stack: str
    mark: Mark
    looks: Sequence[tuple[str, int, str]]
    """Place, number of things, note."""
    history: Sequence[Mark]
    """Earlier audits, oldest first."""
    change: Change | None
    record: str | None
    """Hash of the evidence record of this audit."""


def render_page(result: AuditResult, page: Page) -> str:
    """The page. The same audit gives the same bytes."""
    title = f"Audit of {escape(page.stack)}"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head><body>",
        f"<h1>{title}</h1>",
        _facts(page),
        _trend([*page.history, page.mark][-MOST_MARKS:]),
        _change(page.change),
        "<h2>Findings</h2>",
        _filters(result),
        render_html(result),
        f"<script>{SCRIPT}</script></body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _facts(page: Page) -> str:
    places = "".join(
        f"<li>{escape(place)}: {things} things{escape(f' ({note})') if note else ''}</li>"
        for place, things, note in page.looks
    )
    record = f"<span>evidence record <code>{escape(page.record)}</code></span>" if page.record else ""
    return (
        f'<div class="facts"><span>{escape(page.mark.at[:19])} UTC</span>'
        f"<span>commit <code>{escape(page.mark.commit or 'not known')}</code></span>"
        f"<span>findings <code>{escape(page.mark.digest)}</code></span>{record}</div>"
        f"<h2>Where it looked</h2><ul>{places}</ul>"
    )


def _trend(marks: Sequence[Mark]) -> str:
    """Violations and mandatory ones over the last audits."""
    top = max(1, *(mark.counts.get("failed", 0) for mark in marks))
    lines = (
        ("violations", [mark.counts.get("failed", 0) for mark in marks]),
        ("stops", [mark.mandatory for mark in marks]),
    )
    drawn = "".join(f'<polyline class="{name}" points="{_points(values, top)}"/>' for name, values in lines)
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="3"><title>{escape(mark.at[:16])}: {mark.counts.get("failed", 0)} failed, '
        f"{mark.mandatory} mandatory</title></circle>"
        for mark, (x, y) in zip(marks, _places(lines[0][1], top), strict=True)
    )
    return (
        f'<h2>Trend</h2><svg class="trend" role="img" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<title>Violations over {len(marks)} audits</title>{drawn}{dots}"
        f'<text x="2" y="{EDGE}">{top}</text><text x="2" y="{HEIGHT - EDGE}">0</text>'
        f'<text x="{EDGE}" y="{HEIGHT - 8}">{escape(marks[0].at[:10])}</text>'
        f'<text x="{WIDTH - EDGE}" y="{HEIGHT - 8}" text-anchor="end">{escape(marks[-1].at[:10])}; '
        "red: violations, brown: mandatory</text></svg>"
    )


def _places(values: Sequence[int], top: int) -> list[tuple[float, float]]:
    step = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)
    high = HEIGHT - 2 * EDGE
    return [
        (round(EDGE + step * index, 1), round(HEIGHT - EDGE - high * value / top, 1))
        for index, value in enumerate(values)
    ]


def _points(values: Sequence[int], top: int) -> str:
    return " ".join(f"{x},{y}" for x, y in _places(values, top))


def _change(change: Change | None) -> str:
    if change is None:
        return "<p>This is the first audit; later ones are compared with it.</p>"
    before = f"{change.before.at[:19]} UTC, commit {(change.before.commit or 'not known')[:12]}"
    lists = "".join(
        f"<details><summary>{len(names)} {what}</summary><ul>{_names(names)}</ul></details>"
        for what, names in (("new violations", change.new), ("violations are gone", change.fixed))
    )
    return f"<h2>Since the audit of {escape(before)}</h2>{lists}"


def _names(names: Sequence[str]) -> str:
    more = f"<li>and {len(names) - MOST_CHANGES} more</li>" if len(names) > MOST_CHANGES else ""
    return "".join(f"<li><code>{escape(name)}</code></li>" for name in names[:MOST_CHANGES]) + more


def _filters(result: AuditResult) -> str:
    frameworks = sorted({row.control.framework for row in result.coverage})
    return (
        '<div class="filters">'
        + _choice("framework", frameworks)
        + _choice("status", [status.value for status in Status if status is not Status.PASSED])
        + _choice("severity", [severity.value for severity in reversed(Severity)])
        + '<label>control <input id="control" size="14" placeholder="164.312"></label>'
        + '<label>resource or text <input id="text" size="20"></label><span id="shown"></span></div>'
    )


def _choice(name: str, values: Sequence[str]) -> str:
    options = "".join(f"<option>{escape(value)}</option>" for value in values)
    return f'<label>{name} <select id="{name}"><option value="">all</option>{options}</select></label>'
