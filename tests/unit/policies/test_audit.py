from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from policies.audit import Standing, audit
from policies.profile import BASELINE, profile_of
from policies.registry import RULES
from policies.rule import UNKNOWN, Resource, Status
from policies.waiver import ENDS_SOON, EXPIRED, MOST_RESOURCES, TOO_BROAD, UNAPPROVED, UNUSED, Waiver

TODAY = date(2026, 11, 21)
INSTANCE = "aws:ec2/instance:Instance"
RULE = "RW-PCMP-001"


def instance(name: str, **props: object) -> Resource:
    return Resource(f"urn:pulumi:s::p::{INSTANCE}::{name}", INSTANCE, name, props)


BAD = instance("h100-train-bad")
WAIVER = Waiver(
    RULE, "h100-train-bad", "legacy image", "ops@example.org", TODAY + timedelta(days=90), "ciso@example.org"
)
RULES_HERE = [rule for rule in RULES if rule.id == RULE]


def statuses(*waivers: Waiver, resource: Resource = BAD) -> dict[str, Status]:
    result = audit([resource], RULES_HERE, BASELINE, waivers, TODAY)
    return {finding.rule: finding.status for finding in result.findings}


def test_a_valid_waiver_sets_a_violation_aside_and_says_who_and_why() -> None:
    (finding,) = audit([BAD], RULES_HERE, BASELINE, [WAIVER], TODAY).findings
    assert finding.status is Status.WAIVED
    assert not finding.blocks
    assert "ops@example.org" in finding.message
    assert "legacy image" in finding.message
    assert "ciso@example.org" in finding.message


@pytest.mark.parametrize("approver", [None, "ops@example.org", "OPS@example.org"])
def test_a_waiver_that_nobody_else_approved_does_not_hold_and_is_a_finding(approver: str | None) -> None:
    found = statuses(replace(WAIVER, approver=approver))
    assert found[RULE] is Status.FAILED
    assert found[UNAPPROVED] is Status.FAILED
    assert UNAPPROVED not in statuses(WAIVER)


def test_a_waiver_that_covers_many_resources_is_too_broad_whatever_its_scope_says() -> None:
    resources = [instance(f"h100-train-{n}") for n in range(MOST_RESOURCES + 1)]
    result = audit(resources, RULES_HERE, BASELINE, [replace(WAIVER, scope="h100-*")], TODAY)
    assert TOO_BROAD in {finding.rule for finding in result.findings}


def test_a_waiver_holds_on_its_last_day_and_not_on_the_next() -> None:
    assert statuses(replace(WAIVER, expires=TODAY))[RULE] is Status.WAIVED
    lapsed = statuses(replace(WAIVER, expires=TODAY - timedelta(days=1)))
    assert lapsed[RULE] is Status.FAILED
    assert lapsed[EXPIRED] is Status.FAILED


@pytest.mark.parametrize(
    ("waiver", "told"),
    [
        (replace(WAIVER, scope="*"), TOO_BROAD),
        (replace(WAIVER, scope="*::*"), TOO_BROAD),
        (replace(WAIVER, scope="something-else"), UNUSED),
        (replace(WAIVER, expires=TODAY + timedelta(days=5)), ENDS_SOON),
    ],
)
def test_a_waiver_that_is_wide_idle_or_about_to_end_is_a_finding(waiver: Waiver, told: str) -> None:
    assert statuses(waiver)[told] is Status.FAILED
    assert told not in statuses(WAIVER)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [("h100-*", True), ("pools.bad", True), ("pools.good", False), ("*::h100-train-bad", True), ("bad", False)],
)
def test_a_scope_is_a_name_a_pattern_a_urn_or_a_place_in_the_spec(scope, covered) -> None:
    assert (statuses(replace(WAIVER, scope=scope))[RULE] is Status.WAIVED) is covered


def test_coverage_tells_failed_passed_unknown_untouched_and_manual_controls_apart() -> None:
    def standing(resources: list[Resource], control: str, *waivers: Waiver) -> Standing:
        result = audit(resources, RULES_HERE, profile_of(("cis", "hipaa"), "internal"), waivers, TODAY)
        return next(each.standing for each in result.coverage if each.control.name == control)

    good = instance("good", metadataOptions={"httpTokens": "required"})
    unknown = instance("unknown", metadataOptions=UNKNOWN)
    assert standing([good], "CIS-AWS-3.0:5.6") is Standing.PASSED
    assert standing([good, unknown], "CIS-AWS-3.0:5.6") is Standing.NOT_EVALUATED
    assert standing([good, unknown, BAD], "CIS-AWS-3.0:5.6") is Standing.FAILED
    assert standing([good, BAD], "CIS-AWS-3.0:5.6", WAIVER) is Standing.WAIVED
    assert standing([], "CIS-AWS-3.0:5.6") is Standing.NOT_APPLICABLE
    assert standing([good], "HIPAA:164.308(a)(1)(ii)(A)") is Standing.MANUAL


def test_findings_come_worst_first_and_in_the_same_order_every_time() -> None:
    resources = [instance("b"), instance("a", metadataOptions={"httpTokens": "required"}), instance("c")]
    one = audit(resources, RULES, BASELINE, [], TODAY)
    two = audit(resources[::-1], RULES, BASELINE, [], TODAY)
    assert one.findings == two.findings
    assert one.findings[0].status is Status.FAILED
    assert one.findings[-1].status is Status.PASSED
