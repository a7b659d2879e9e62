"""Money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rackwright.design.totals import HOURS_PER_MONTH
from rackwright.preflight.rule import Fault, Severity, rule
from rackwright.preflight.view import View

DETAILED_FREE = 16
"""Our line: below this many nodes the cost is not worth a word."""

MOST_NOTIFICATIONS = 5
STALE_DAYS = 180


@rule("RW-BUD-001")
def cost_is_within_the_budget(view: View) -> Iterator[Fault]:
    """A month of the cluster at its largest costs no more than the budget.

    Source: our own model: on-demand prices of the catalog, 730 hours a month
    """
    budget, design = view.spec.budget, view.design
    if budget is None or design is None:
        return
    month = design.cost.usd_per_hour * HOURS_PER_MONTH
    if month > budget.usd_per_month:
        summary = f"a month costs {month:,.0f} USD, the budget is {budget.usd_per_month:,.0f} USD"
        yield Fault(("budget", "usd_per_month"), summary, "fewer nodes, elastic pools, or a larger budget")


@rule("RW-BUD-002", Severity.WARNING)
def prices_are_known(view: View) -> Iterator[Fault]:
    """The budget is compared with a sum that holds every pool.

    A pool without a price is left out of the sum; the comparison then says nothing.

    Source: our own model: not known is not nothing
    """
    budget, design = view.spec.budget, view.design
    pools = [name for name in design.cost.not_priced if name in view.spec.pools] if design else []
    if budget and pools and view.on_aws:
        yield Fault(("budget",), f"no price is known for pool {', '.join(pools)}", "add their cost by hand")


@rule("RW-BUD-003")
def notifications_are_few(view: View) -> Iterator[Fault]:
    """A budget has at most five notifications.

    Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateNotification.html
    """
    budget = view.spec.budget
    if budget and len(budget.alert_at) > MOST_NOTIFICATIONS:
        summary = f"{len(budget.alert_at)} thresholds, a budget takes {MOST_NOTIFICATIONS}"
        yield Fault(("budget", "alert_at"), summary, "for example [50, 80, 100]")


@rule("RW-BUD-004")
def thresholds_rise(view: View) -> Iterator[Fault]:
    """Thresholds are distinct and rising.

    Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
    (duplicates are refused)
    """
    budget = view.spec.budget
    if budget and list(budget.alert_at) != sorted(set(budget.alert_at)):
        yield Fault(("budget", "alert_at"), f"{list(budget.alert_at)} does not rise", "for example [50, 80, 100]")


@rule("RW-BUD-005")
def someone_hears_of_the_budget(view: View) -> Iterator[Fault]:
    """A budget that tells has someone to tell.

    Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Subscriber.html
    (at least one)
    """
    budget = view.spec.budget
    if budget and budget.alert_at and not (budget.notify or view.spec.monitoring.alerts):
        yield Fault(("budget", "notify"), "thresholds and nobody to tell", "add notify: [ops@example.org]")


@rule("RW-BUD-006", Severity.WARNING)
def there_is_a_budget(view: View) -> Iterator[Fault]:
    """A cluster on AWS has a budget.

    A forgotten p5 node costs 1,300 USD a day.

    Source: https://aws.amazon.com/ec2/pricing/on-demand/
    """
    if view.spec.target.kind == "aws" and view.spec.budget is None and view.design:
        day = view.design.cost.usd_per_hour * 24
        yield Fault((), f"no budget; a day costs up to {day:,.0f} USD", "add budget: {usd_per_month: …}")


@rule("RW-BUD-007", Severity.WARNING, frameworks=("sox",))
def cost_has_an_owner(view: View) -> Iterator[Fault]:
    """Under SOX the cost has a cost centre.

    Source: SOX section 404 (allocation of cost); https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/
    """
    if view.follows("sox") and not (view.spec.budget and view.spec.budget.cost_centre):
        yield Fault(("budget",), "no cost_centre under sox", "add budget.cost_centre")


@rule("RW-BUD-008", Severity.WARNING)
def detailed_metrics_are_meant(view: View) -> Iterator[Fault]:
    """One-minute metrics on many nodes are wanted.

    Each node costs about 2.10 USD a month for seven metrics, beside Prometheus that measures more often.

    Source: AWS ParallelCluster, DetailedMonitoringValidator; https://aws.amazon.com/cloudwatch/pricing/
    """
    nodes = sum(pool.most for pool in view.pools)
    if view.on_aws and view.spec.monitoring.detailed and view.spec.monitoring.prometheus and nodes > DETAILED_FREE:
        summary = f"detailed metrics on {nodes} nodes cost about {nodes * 2.1:,.0f} USD a month"
        yield Fault(("monitoring", "detailed"), summary, "leave them to Prometheus")


@rule("RW-BUD-009", Severity.WARNING)
def prices_are_fresh(view: View) -> Iterator[Fault]:
    """Prices were read in the last half year.

    P5 became 44 % cheaper in June 2025.

    Source: https://aws.amazon.com/blogs/aws/announcing-up-to-45-price-reduction-for-amazon-ec2-nvidia-gpu-accelerated-instances/
    """
    priced = view.design.cost.priced_on if view.design else ""
    if view.spec.budget and priced:
        age = (view.today - dt.date.fromisoformat(priced)).days
        if age > STALE_DAYS:
            yield Fault(("budget",), f"prices are {age} days old", "run './rw catalog verify' and renew them")


@rule("RW-BUD-010", Severity.WARNING)
def spot_is_cheaper(view: View) -> Iterator[Fault]:
    """A highest spot price is below the price on demand.

    Above it, on-demand nodes are cheaper and are not taken away.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html
    """
    region = getattr(view.spec.target, "region", "")
    for pool in view.pools:
        price = view.catalog.price(pool.machine.name, region)
        most = pool.spec.capacity.max_usd_per_hour
        if most and price and price.usd and most > price.usd:
            summary = f"max_usd_per_hour is {most:g}, on demand costs {price.usd:g}"
            yield Fault(pool.path("capacity", "max_usd_per_hour"), summary, "lower it, or leave it out")


@rule("RW-BUD-011", Severity.WARNING)
def something_can_be_stopped(view: View) -> Iterator[Fault]:
    """A budget that stops elastic pools has elastic pools.

    Source: our own model: fixed pools are never stopped by a budget
    """
    elastic = any(pool.nodes.min < pool.nodes.max for pool in view.spec.pools.values())
    if view.spec.budget and view.spec.budget.on_exceeded == "stop-elastic" and not elastic:
        yield Fault(("budget", "on_exceeded"), "stop-elastic, and no pool is elastic", "use notify")


@rule("RW-BUD-012")
def budget_is_of_a_cloud(view: View) -> Iterator[Fault]:
    """A budget in dollars a month is for a cloud.

    Source: our own model: nothing is billed by the hour on a site of one's own
    """
    if view.on_prem and view.spec.budget:
        yield Fault(("budget",), "a site of one's own has no monthly bill", "remove budget")
