"""People, account-wide services, copies and idle nodes: what the spec says of them agrees with itself and with AWS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rackwright.design.access import LONGEST_SET_NAME, set_name
from rackwright.design.backup import COLD_LEAST_DAYS
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View
from rackwright.spec.pools import PoolSpec

OF_THE_ACCOUNT = ("guardduty", "security_hub", "inspector", "macie", "config_recorder", "access_analyzer")
"""Fields of `monitoring` for services that an account has once."""


@rule("RW-GOV-001")
def permission_sets_are_told_apart(view: View) -> Iterator[Fault]:
    """Permission sets of the groups keep different names.

    Ours are ``<stack>-<group>``; Identity Center takes 32 characters, so long names of groups can become the same.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html
    """
    names = Counter(set_name(view.spec.name, group) for group in view.spec.access.groups)
    for group in view.spec.access.groups:
        name = set_name(view.spec.name, group)
        if names[name] > 1:
            summary = f"groups of stack '{view.spec.name}' share the permission set '{name}'"
            yield Fault(
                ("access", "groups", group),
                summary,
                f"shorten them: stack and group fit {LONGEST_SET_NAME - 1} together",
            )


@rule("RW-GOV-002")
def cold_copies_are_kept_long_enough(view: View) -> Iterator[Fault]:
    """Copies stay in cold storage for at least 90 days.

    AWS Backup refuses a plan that deletes them sooner.

    Source: https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
    """
    backup = view.spec.backup
    if backup.cold_after is not None and backup.retention < backup.cold_after + COLD_LEAST_DAYS:
        summary = f"copies go cold after {backup.cold_after} days and are deleted after {backup.retention}"
        hint = f"keep them for {backup.cold_after + COLD_LEAST_DAYS} days or longer"
        yield Fault(("backup", "retention"), summary, hint)


@rule("RW-GOV-003", Severity.WARNING)
def somebody_gets_in(view: View) -> Iterator[Fault]:
    """People who come through Identity Center belong to a group.

    Without groups there is no permission set, and nobody gets into the account by this stack.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
    """
    access = view.spec.access
    if access.identity_center and not access.groups:
        yield Fault(("access", "groups"), "identity_center is true and there is no group", "name a group")


@rule("RW-GOV-004")
def account_services_have_one_owner(view: View) -> Iterator[Fault]:
    """A stack does not ask for services that it leaves to the account.

    With ``account_wide: exists`` the stack sets up none of them, so asking for one by name would be a promise that
    nobody keeps.

    Source: our own model; AWS allows one detector, recorder and hub in each region of an account
    """
    monitoring = view.spec.monitoring
    if monitoring.account_wide != "exists":
        return
    for name in OF_THE_ACCOUNT:
        if getattr(monitoring, name):
            summary = f"'{name}' is asked for, and account_wide is 'exists'"
            yield Fault(("monitoring", name), summary, "remove it, or set account_wide: manage")


@rule("RW-GOV-005")
def an_organisation_trail_is_a_trail(view: View) -> Iterator[Fault]:
    """A trail of the organisation is not asked for without a trail.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
    """
    monitoring = view.spec.monitoring
    if monitoring.organisation_trail and not monitoring.cloudtrail:
        yield Fault(("monitoring", "organisation_trail"), "cloudtrail is false", "set cloudtrail: true")


@rule("RW-GOV-006")
def idle_nodes_can_go(view: View) -> Iterator[Fault]:
    """Scaling down idle nodes needs a GPU pool that may shrink.

    A pool of fixed size, and one that draws from a capacity block, keeps its nodes whatever they do.

    Source: our own model: the least size of a group is never undercut
    """
    monitoring = view.spec.monitoring
    if monitoring.idle_action != "scale-down":
        return
    if not any(_may_shrink(pool) for pool in view.spec.pools_of("gpu").values()):
        yield Fault(("monitoring", "idle_action"), "no GPU pool may shrink", "use alarm, or give a pool min and max")


def _may_shrink(pool: PoolSpec) -> bool:
    return pool.nodes.min < pool.nodes.max


@rule("RW-GOV-007", Severity.WARNING, frameworks=("hipaa", "gdpr", "sox", "nist-800-53", "iso-27001", "soc2"))
def what_lasts_is_copied(view: View) -> Iterator[Fault]:
    """Data of people, health or money is copied.

    A deleted or encrypted file system without a copy is gone.

    Source: 45 CFR 164.308(a)(7)(ii)(A); NIST SP 800-53 CP-9
    """
    if view.on_aws and view.sensitive and view.spec.backup.plan is False:
        yield Fault(("backup", "plan"), f"no copies with {view.strict}", "set it to true")


@rule("RW-GOV-008", Severity.WARNING)
def alarms_reach_somebody(view: View) -> Iterator[Fault]:
    """Alarms reach somebody.

    Without an address they change colour on a page that nobody has open.

    Source: NIST SP 800-53 SI-4(5)
    """
    told = (*view.spec.monitoring.alerts, *(view.spec.budget.notify if view.spec.budget else ()))
    if view.on_aws and view.spec.target.kind == "aws" and not told:
        yield Fault(("monitoring", "alerts"), "nobody hears of alarms", "name an address")
