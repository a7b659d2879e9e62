from __future__ import annotations

import json
from datetime import date
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from policies.audit import AuditResult, audit
from policies.profile import profile_of
from policies.registry import RULES
from policies.report import render_html, render_json, render_sarif, render_text
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
    waivers = [Waiver("RW-PSTO-001", "unknown", name, "ops@example.org", date(2027, 1, 1))]
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
    assert page.seen <= TAGS | {"details", "summary"}


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
