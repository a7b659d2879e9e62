"""What a month may cost, who hears of it, and what stops above it."""

from __future__ import annotations

from rackwright.design.governance import Spending
from rackwright.design.model import Cost
from rackwright.design.totals import HOURS_PER_MONTH
from rackwright.spec.cluster import ClusterSpec

ALERT_AT_PERCENT = (50, 80, 100)
"""What is told where the spec has no budget (our choice)."""

COST_TAGS = ("rackwright:stack", "rackwright:pool", "rackwright:cost-centre", "rackwright:classification")
"""Tags by which bills are split; AWS shows a tag on bills only once it is activated.
Source: AWS Billing User Guide, "Activating user-defined cost allocation tags", read 2026-11-21."""


def spending_of(spec: ClusterSpec, cost: Cost) -> Spending | None:
    """The spec's budget; without one, the designed cost at full size all month, so that surprises are told anyway."""
    if spec.target.kind == "on-prem":
        return None
    budget = spec.budget
    tags = tuple(tag for tag in COST_TAGS if (budget is not None and budget.cost_centre) or "cost-centre" not in tag)
    if budget is None:
        most = float(max(1, round(cost.usd_per_hour * HOURS_PER_MONTH)))
        return Spending(usd_per_month=most, alert_at=ALERT_AT_PERCENT, tags=tags)
    return Spending(
        usd_per_month=budget.usd_per_month,
        alert_at=tuple(sorted(set(budget.alert_at))),
        notify=budget.notify,
        stop_pools=_elastic(spec) if budget.on_exceeded == "stop-elastic" else (),
        tags=(*tags, *sorted(spec.tags)),
    )


def _elastic(spec: ClusterSpec) -> tuple[str, ...]:
    return tuple(name for name, pool in spec.pools.items() if pool.nodes.min < pool.nodes.max)


def people_of(spec: ClusterSpec) -> tuple[str, ...]:
    """Who hears of alarms."""
    return tuple(sorted({*spec.monitoring.alerts, *(spec.budget.notify if spec.budget else ())}))
