"""Plans, designs and statuses as tables and lines; pure, so that tests can render them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.table import Table

from policies.audit import AuditResult
from policies.rule import Status
from rackwright.design.model import Design
from rackwright.engine import QUIET, Op, Plan, PlannedStep
from rackwright.outcome import Check, Verdict
from rackwright.pipeline.consequences import consequences
from rackwright.pipeline.status import Status as StackStatus

URN_SEPARATORS = 3
"""``::`` in a URN before the name."""

_SIGNS = {
    Op.SAME: " ",
    Op.CREATE: "[green]+[/]",
    Op.UPDATE: "[yellow]~[/]",
    Op.REPLACE: "[magenta]±[/]",
    Op.DELETE: "[red]-[/]",
}
"""Terraform's and Pulumi's signs, so that nobody has to learn new ones."""


NAMES_SHOWN = 4
"""Names of one row before the rest is counted."""


FOUND_SHOWN = 160
"""Characters of what a check found; the report has all of it."""


def plan_table(plan: Plan) -> Table:
    """What changes, one row per part of the cluster, operation and type; what stays is only counted.

    Components have no row of their own: they are the part that their children's rows name.
    """
    table = Table("Part", "", "Type", "Names", title="Plan", title_justify="left")
    rows: dict[tuple[str, Op, str, bool], list[PlannedStep]] = {}
    for step in plan.steps:
        if step.op not in QUIET and (step.provider or step.diff):
            rows.setdefault((part_of(step), step.op, short_type(step.type), step.recorded), []).append(step)
    for (part, op, kind, recorded), steps in sorted(rows.items()):
        count = f"{len(steps)} x " if len(steps) > 1 else ""
        mark = " [dim](recorded)[/]" if recorded else ""
        table.add_row(part, _SIGNS.get(op, op.value), f"{count}{kind}{mark}", _names(steps))
    return table


def part_of(step: PlannedStep) -> str:
    """Component that a step belongs to: ``Network``, ``Encryption``; the stack itself for what has none."""
    types = step.urn.split("::")[2].split("$") if step.urn.count("::") >= URN_SEPARATORS else []
    parents = [one for one in types[:-1] if one.startswith("rackwright:")]
    return parents[-1].rpartition(":")[2] if parents else "stack"


def short_type(token: str) -> str:
    """``aws:ec2/subnet:Subnet`` -> ``ec2 Subnet``."""
    module, _, name = token.rpartition(":")
    return f"{module.partition(':')[2].partition('/')[0]} {name}".strip()


def _names(steps: list[PlannedStep]) -> str:
    stack = steps[0].urn.split("::")[0].removeprefix("urn:pulumi:")
    shown = [f"{step.name.removeprefix(f'{stack}-')}{_changes(step)}" for step in steps[:NAMES_SHOWN]]
    more = len(steps) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _changes(step: PlannedStep) -> str:
    if not step.diff or step.op is Op.CREATE:
        return ""
    shown = [f"{change.path}: {change.old} → {change.new}" for change in step.diff[:NAMES_SHOWN]]
    more = len(step.diff) - len(shown)
    return f" ({'; '.join(shown)}{f'; and {more} more' if more > 0 else ''})"


def counts_line(plan: Plan) -> str:
    """``87 to create, 3 recorded`` in one line; ``nothing to change`` when all is the same."""
    counts = plan.counts()
    words = {Op.CREATE: "to create", Op.UPDATE: "to update", Op.REPLACE: "to replace", Op.DELETE: "to delete"}
    parts = [f"{counts[op]} {word}" for op, word in words.items() if counts.get(op)]
    recorded = sum(step.recorded for step in plan.steps)
    same = counts.get(Op.SAME, 0)
    parts += [f"{same} unchanged"] if same else []
    parts += [f"{recorded} recorded (state only)"] if recorded else []
    return ("nothing to change: " if plan.unchanged else "") + ", ".join(parts)


def summary_lines(plan: Plan, design: Design) -> Iterator[str]:
    """What a person wants to know before saying yes: size, cost, power, fabric, addresses."""
    yield f"plan      {counts_line(plan)}"
    yield from (f"effect    {one.sentence()}" for one in consequences(plan, design))
    yield from recorded_lines(plan)
    yield f"resources {len(plan.steps)} (does not depend on the number of nodes)"
    yield from fabric_lines(design)


def recorded_lines(plan: Plan) -> Iterator[str]:
    """What the local cloud cannot exercise, and the engine keeps in the state only: how many of which type."""
    types = Counter(short_type(step.type) for step in plan.steps if step.recorded)
    if types:
        told = ", ".join(f"{count} x {kind}" if count > 1 else kind for kind, count in sorted(types.items()))
        yield f"recorded  {types.total()} in the state only, nothing was rehearsed: {told}"


def fabric_lines(design: Design) -> Iterator[str]:
    """Size, cost, power, fabric and addresses of `design`, one line each."""
    gpus = sum(pool.gpus * pool.max_nodes for pool in design.pools)
    nodes = sum(pool.max_nodes for pool in design.pools)
    yield f"nodes     {nodes} at most, {gpus} GPUs"
    cost, power, fabric = design.cost, design.power, design.fabric
    gap = f"; no price for {', '.join(cost.not_priced)}" if cost.not_priced else ""
    yield f"cost      ${cost.usd_per_hour:,.2f} per hour at list prices of {cost.priced_on}{gap}"
    unknown = f"; not known for {', '.join(power.not_known)}" if power.not_known else ""
    yield f"power     {power.it_kw:,.1f} kW IT, {power.facility_kw:,.1f} kW at PUE {power.pue:g}{unknown}"
    yield f"fabric    {fabric.kind}, {fabric.per_node_gbps:,.0f} Gbps per node, {fabric.endpoints:,} NIC ports"
    yield f"addresses {design.network.cidr} in {len(design.network.subnets)} subnets"


def pool_table(design: Design) -> Table:
    """Pools of `design`, one row each."""
    table = Table(
        "Pool", "Nodes", "Machine", "GPUs", "NICs", "Addresses", "$/h each", title="Pools", title_justify="left"
    )
    for pool in design.pools:
        nodes = str(pool.max_nodes) if pool.min_nodes == pool.max_nodes else f"{pool.min_nodes}-{pool.max_nodes}"
        price = f"{pool.usd_per_hour:,.2f}" if pool.usd_per_hour is not None else "not known"
        gpus = f"{pool.gpus} x {pool.gpu_model}" if pool.gpus else "-"
        table.add_row(pool.name, nodes, pool.machine, gpus, str(len(pool.nics)), str(pool.addresses_per_node), price)
    return table


def subnet_table(design: Design) -> Table:
    """Subnets of `design`, one row each."""
    table = Table("Subnet", "Tier", "Zone", "CIDR", "Usable", title="Addresses", title_justify="left")
    for subnet in design.network.subnets:
        table.add_row(subnet.name, subnet.tier, subnet.zone_id, subnet.cidr, f"{subnet.usable_addresses:,}")
    return table


def failure_line(check: Check) -> str:
    """One failed check: where, what, what was found in place of what, and what to do."""
    found = f"{check.actual[:FOUND_SHOWN] or 'nothing'}, expected {check.expected}" if check.expected else ""
    return ": ".join(part for part in (check.host or "cluster", check.title, found, check.reason) if part)


def checks_line(checks: tuple[Check, ...]) -> str:
    """``212 passed, 0 failed, 31 not evaluated``."""
    count = {verdict: sum(check.verdict is verdict for check in checks) for verdict in Verdict}
    words = {Verdict.PASSED: "passed", Verdict.FAILED: "failed", Verdict.NOT_EVALUATED: "not evaluated"}
    return ", ".join(f"{count[verdict]} {word}" for verdict, word in words.items())


def findings_line(audit: AuditResult | None) -> str:
    """``policies  54 passed, 0 failed, 5 not evaluated, 0 waived``."""
    if audit is None:
        return "policies  not evaluated"
    count = audit.counts()
    words = ((Status.PASSED, "passed"), (Status.FAILED, "failed"), (Status.NOT_EVALUATED, "not evaluated"))
    waived = f", {count[Status.WAIVED]} waived" if count[Status.WAIVED] else ""
    return "policies  " + ", ".join(f"{count[status]} {word}" for status, word in words) + waived


def status_lines(status: StackStatus) -> Iterator[str]:
    """A stack's status, one fact a line."""
    yield f"stack     {status.stack}: {status.resources} resources recorded"
    yield f"last run  {status.last_run or 'none'}{': ' + status.outcome if status.outcome else ''}"
    if status.cloud is not None:
        yield f"cloud     {status.cloud.endpoint if status.cloud.running else 'does not run'}"
    machines = {one.address: one for one in status.cloud.machines} if status.cloud else {}
    absent = "no machine" if status.cloud and status.cloud.running else "not known while the cloud does not run"
    for host in status.hosts:
        machine = machines.get(str(host.address))
        state = (machine.error or machine.state) if machine else absent
        yield f"node      {host.name} {host.address} {state}"
    if status.report:
        yield f"report    {status.report}"
