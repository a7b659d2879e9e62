from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from policies.audit import AuditResult, audit
from policies.profile import profile_of
from policies.registry import RULES
from policies.report import (
    render_csv,
    render_html,
    render_json,
    render_junit,
    render_markdown,
    render_oscal,
    render_sarif,
    render_text,
)
from policies.rule import UNKNOWN, Resource
from policies.waiver import Waiver

INSTANCE = "aws:ec2/instance:Instance"
HOSTILE = "<script>alert(1)</script>\x1b[2J\"'&\n- evil"
TAGS = {"section", "style", "p", "b", "span", "table", "thead", "tbody", "tr", "th", "td", "br", "small", "code"}


def result(name: str = "it", value: object = "optional") -> AuditResult:
    resources = [
        Resource(f"urn:pulumi:s::p::{INSTANCE}::{name}", INSTANCE, name, {"metadataOptions": {"httpTokens": value}}),
        Resource("urn:pulumi:s::p::t::unknown", INSTANCE, "unknown", {"metadataOptions": UNKNOWN}),
    ]
    waivers = [Waiver("RW-PSTO-001", "unknown", name, "ops@example.org", date(2027, 1, 1), "ciso@example.org")]
    return audit(resources, RULES, profile_of(("hipaa",), "phi"), waivers, date(2026, 11, 21))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.depth = 0

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") or name in {"src", "href"} for name, _ in attrs)


@given(st.text(max_size=30))
def test_html_holds_no_tag_that_a_name_or_value_brought_in(text: str) -> None:
    page = Tags()
    page.feed(render_html(result(HOSTILE + text, HOSTILE + text)))
    assert page.seen <= TAGS | {"details", "summary", "ul", "li"}


@given(st.text(max_size=30))
def test_terminal_text_holds_no_control_character(text: str) -> None:
    assert all(line.isprintable() for line in render_text(result(HOSTILE + text)).splitlines())


def test_text_names_violations_the_fix_and_the_sum() -> None:
    text = render_text(result())
    assert "mandatory     high     RW-PCMP-001  it (aws:ec2/instance:Instance)" in text
    assert "fix: set metadataOptions.httpTokens to 'required'" in text
    assert "HIPAA: " in text
    assert text.splitlines()[-1].endswith("mandatory (profile phi: hipaa)")


def test_json_holds_every_finding_and_the_same_bytes_every_time() -> None:
    one = render_json(result())
    assert one == render_json(result())
    data = json.loads(one)
    assert sum(data["counts"].values()) == len(data["findings"])
    assert data["blocking"] == len(result().blocking) > 0


def test_sarif_tells_failed_open_passed_and_suppressed_apart() -> None:
    run = json.loads(render_sarif(result()))["runs"][0]
    kinds = {each["kind"] for each in run["results"]}
    assert {"fail", "open"} <= kinds
    assert all(each["level"] == "none" for each in run["results"] if each["kind"] != "fail")
    assert any("suppressions" in each for each in run["results"])
    defined = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {each["ruleId"] for each in run["results"]} <= defined


@given(st.text(max_size=30))
def test_junit_is_well_formed_and_counts_what_it_holds(text: str) -> None:
    root = ET.fromstring(render_junit(result(HOSTILE + text)))
    for suite in root:
        assert int(suite.get("tests")) == len(suite)
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))


def test_csv_has_a_row_for_each_finding_and_no_cell_is_a_formula() -> None:
    found = result("=cmd|'/c calc'!A0")
    rows = list(csv.reader(io.StringIO(render_csv(found))))
    assert len(rows) == 1 + len(found.findings)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@given(st.text(max_size=30))
def test_markdown_keeps_a_hostile_name_inside_its_cell(text: str) -> None:
    page = render_markdown(result(HOSTILE + text + "|x"))
    assert "<script" not in page
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {6}


def test_oscal_satisfies_a_control_only_when_all_is_known_and_nothing_failed() -> None:
    text = render_oscal(result(), stack="x", at=datetime(2026, 11, 21, tzinfo=UTC))
    assert text == render_oscal(result(), stack="x", at=datetime(2026, 11, 21, tzinfo=UTC))
    body = json.loads(text)["assessment-results"]["results"][0]
    known = {each["uuid"] for each in body["observations"]}
    statuses = {each["uuid"]: each["props"][0]["value"] for each in body["observations"]}
    for finding in body["findings"]:
        related = {each["observation-uuid"] for each in finding["related-observations"]}
        assert related <= known
        satisfied = finding["target"]["status"]["state"] == "satisfied"
        assert satisfied == ({statuses[each] for each in related} == {"passed"})
