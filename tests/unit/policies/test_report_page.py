"""The whole page of an audit, and the forms that others' programs read, proved by their own models."""

import json
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oscal_bindings import OscalParseError, parse_oscal
from sarif_pydantic import Sarif

from policies.audit import AuditResult, audit
from policies.narrowing import restricted
from policies.profile import profile_of
from policies.registry import RULES
from policies.report import Page, render_oscal, render_oscal_components, render_page, render_sarif
from policies.rule import Resource, Status
from policies.trend import change, mark_of, read_mark

INSTANCE = "aws:ec2/instance:Instance"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=y>\x1b[2J\"'&"


def judged(name: str = "it", tokens: str = "optional") -> AuditResult:
    urn = f"urn:pulumi:s::p::{INSTANCE}::{name}"
    one = Resource(urn, INSTANCE, name, {"metadataOptions": {"httpTokens": tokens}})
    return audit([one], RULES, profile_of(("hipaa", "sox"), "phi"), [], date(2026, 11, 21))


def marked(result: AuditResult, at: str = "2026-11-21T12:00:00+00:00"):
    return mark_of(result, at=at, commit="c0ffee" * 6, places=["state"])


def paged(result: AuditResult, stack: str = "demo", history=(), changed=None, record: str | None = "ab" * 32) -> str:
    return render_page(result, Page(stack, marked(result), [("state", 1, stack)], history, changed, record))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts, self.seen = 0, set()

    def handle_starttag(self, tag, attrs) -> None:
        self.scripts += tag == "script"
        self.seen.add(tag)
        assert not any(name.startswith("on") or name in {"src", "href"} for name, _ in attrs)


@given(st.text(max_size=30))
def test_the_page_holds_no_tag_that_a_name_brought_in(text: str) -> None:
    page = Tags()
    page.feed(paged(judged(HOSTILE + text, HOSTILE + text), HOSTILE + text, record=HOSTILE))
    assert page.scripts == 1
    assert not page.seen & {"img", "iframe", "object", "link", "a", "form"}


def test_the_page_loads_nothing_and_is_the_same_every_time() -> None:
    page = paged(judged())
    assert page == paged(judged())
    assert "default-src 'none'" in page
    assert "http" not in page.replace("httpTokens", "").replace("http-equiv", "").replace("http_", "")


def test_the_page_says_where_it_looked_what_changed_and_what_proves_it() -> None:
    before, after = judged("old"), judged("new")
    old = marked(before, "2026-10-01T08:00:00+00:00")
    page = paged(after, history=[old], changed=change(old, marked(after)))
    assert "state: 1 things" in page
    assert f"<code>{marked(after).digest}</code>" in page
    assert f"evidence record <code>{'ab' * 32}</code>" in page
    assert "2026-10-01T08:00:00" in page
    assert any(f"<code>{name}</code>" in page for name in marked(after).failed)
    assert page.count("<circle") == 2


def test_what_changed_is_told_both_ways() -> None:
    changed = change(marked(judged("old")), marked(judged("new")))
    assert changed.new
    assert all(name.endswith("::new") for name in changed.new)
    assert all(name.endswith("::old") for name in changed.fixed)
    assert len(changed.new) == len(changed.fixed)


def test_a_mark_survives_its_line_and_a_torn_line_is_none() -> None:
    mark = marked(judged())
    assert read_mark(mark.as_json()) == mark
    for torn in ("", "{", "[]", "{}", mark.as_json()[:-5]):
        with pytest.raises(ValueError, match=r".*"):
            read_mark(torn)


def test_one_framework_is_told_and_what_is_mandatory_stays_so() -> None:
    whole = judged()
    seen = restricted(whole, RULES, ["sox"])
    assert {row.control.framework for row in seen.coverage} == {"SOX", "SOX-ITGC"}
    assert all(any(control.startswith("SOX") for control in one.controls) for one in seen.findings)
    assert set(seen.blocking) <= set(whole.blocking)
    assert len(restricted(whole, RULES, ["cis"]).findings) < len(whole.findings)


@pytest.mark.parametrize("render", [render_oscal, render_oscal_components])
@pytest.mark.parametrize("name", ["it", HOSTILE])
def test_oscal_is_what_nists_models_accept(render, name: str) -> None:
    text = render(judged(name), stack="demo", at=AT)
    parse_oscal(text)
    assert text == render(judged(name), stack="demo", at=AT)


@pytest.mark.parametrize("render", [render_oscal, render_oscal_components])
def test_nists_models_refuse_what_is_no_oscal(render) -> None:
    data = json.loads(render(judged(), stack="demo", at=AT))
    (root,) = data.values()
    del root["metadata"]["title"]
    with pytest.raises(OscalParseError):
        parse_oscal(json.dumps(data))


def test_the_component_names_each_judged_control_once_with_its_rules() -> None:
    result = judged()
    (definition,) = json.loads(render_oscal_components(result, stack="demo", at=AT)).values()
    stack, pack = definition["components"]
    told = [one for each in stack["control-implementations"] for one in each["implemented-requirements"]]
    judged_rows = [row for row in result.coverage if row.standing.value not in {"manual", "not-applicable"}]
    assert len(told) == len(judged_rows) == len({one["control-id"] for one in told})
    assert {one["value"] for one in pack["props"]} == {one.rule for one in result.findings}


def test_sarif_has_one_result_for_each_finding() -> None:
    result = judged()
    log = Sarif.model_validate(json.loads(render_sarif(result)))
    assert len(log.runs[0].results) == len(result.findings)
    assert sum(one.kind == "fail" for one in log.runs[0].results) == result.counts()[Status.FAILED]
