"""Rules about waivers themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rackwright.catalog.load import nearest
from rackwright.preflight.rule import REGISTRY, Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.preflight.waivers import NOT_WAIVABLE, is_of_policies, part_exists

LONGEST = dt.timedelta(days=366)
SOON = dt.timedelta(days=14)


@rule("RW-WAIVE-001")
def waivers_have_not_expired(view: View) -> Iterator[Fault]:
    """No waiver has expired.

    An expiry that lapses in silence went unnoticed for four months elsewhere.

    Source: https://github.com/bridgecrewio/checkov/issues/6536; ferret-scan issue 699
    """
    for index, waiver in enumerate(view.spec.waivers):
        if waiver.expires < view.today:
            summary = f"the waiver of {waiver.rule} by {waiver.owner} expired on {waiver.expires}"
            yield Fault(("waivers", index, "expires"), summary, "fix what it covers, or decide anew")


@rule("RW-WAIVE-002")
def waivers_name_rules(view: View) -> Iterator[Fault]:
    """A waiver names a rule that exists and can be waived.

    Source: our own model: a waiver for nothing hides a slip of the pen
    """
    for index, waiver in enumerate(view.spec.waivers):
        if is_of_policies(waiver.rule):
            continue  # whether it exists the policies know, which come later
        if waiver.rule not in REGISTRY:
            near = nearest(waiver.rule, REGISTRY)
            hint = f"did you mean {near}?" if near else "'./rw rules' lists them"
            yield Fault(("waivers", index, "rule"), f"there is no preflight rule {waiver.rule}", hint)
        elif waiver.rule in NOT_WAIVABLE:
            yield Fault(("waivers", index, "rule"), f"{waiver.rule} cannot be waived", "fix what it finds")


@rule("RW-WAIVE-003")
def waivers_end(view: View) -> Iterator[Fault]:
    """A waiver lasts at most a year.

    Source: NIST SP 800-53 CA-5 and CA-6 (exceptions are reviewed); our line: one year
    """
    for index, waiver in enumerate(view.spec.waivers):
        if waiver.expires - view.today > LONGEST:
            latest = view.today + LONGEST
            where = ("waivers", index, "expires")
            yield Fault(where, f"expires on {waiver.expires}, at the latest {latest}", "choose a day within a year")


@rule("RW-WAIVE-004")
def waivers_cover_something(view: View) -> Iterator[Fault]:
    """A waiver's scope is a part of the spec.

    Source: our own model: after a pool is renamed its waiver covers nothing, and nobody notices
    """
    for index, waiver in enumerate(view.spec.waivers):
        if is_of_policies(waiver.rule):
            continue  # names resources, not parts of the spec
        if waiver.scope != "*" and not part_exists(view.spec, waiver.scope):
            where = ("waivers", index, "scope")
            yield Fault(where, f"'{waiver.scope}' is not a part of the spec", "write it as pools.train")


@rule("RW-WAIVE-005", Severity.WARNING)
def waivers_are_renewed_in_time(view: View) -> Iterator[Fault]:
    """A waiver that ends within two weeks is told.

    Source: ferret-scan issue 699 (an expiry that nobody was told of)
    """
    for index, waiver in enumerate(view.spec.waivers):
        if view.today <= waiver.expires <= view.today + SOON:
            days = (waiver.expires - view.today).days
            summary = f"the waiver of {waiver.rule} ends in {days} days"
            yield Fault(("waivers", index, "expires"), summary, "fix what it covers, or decide anew")


@rule("RW-WAIVE-006")
def waivers_are_distinct(view: View) -> Iterator[Fault]:
    """No two waivers are for the same rule and scope.

    Which owner and expiry holds would be chance.

    Source: our own model
    """
    seen: set[tuple[str, str]] = set()
    for index, waiver in enumerate(view.spec.waivers):
        key = (waiver.rule, waiver.scope)
        if key in seen:
            yield Fault(("waivers", index), f"{waiver.rule} is waived twice for '{waiver.scope}'", "remove one")
        seen.add(key)
