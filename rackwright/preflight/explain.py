"""What a rule or a machine is, for ``./rw explain`` and ``./rw rules``: plain data and text, no printing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rackwright.catalog import Catalog, Machine, Price
from rackwright.catalog.load import nearest
from rackwright.diagnostics import InputError
from rackwright.preflight.rule import Rule
from rackwright.preflight.rules import RULES


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """One line of ``./rw rules``."""

    id: str
    kind: Literal["preflight"]
    severity: str
    title: str
    frameworks: tuple[str, ...]


def rules() -> Sequence[RuleInfo]:
    """Every preflight rule, by id."""
    return [RuleInfo(one.id, "preflight", one.severity.value, one.title, one.frameworks) for one in RULES]


def explain(topic: str, catalog: Catalog) -> str:
    """A page on the rule or machine called `topic`. InputError with the nearest name when there is neither."""
    by_id = {one.id: one for one in RULES}
    if topic.upper() in by_id:
        return explain_rule(by_id[topic.upper()])
    if topic in catalog.machines:
        return explain_machine(catalog.machines[topic], catalog)
    near = nearest(topic, [*by_id, *catalog.machines])
    hint = f"did you mean '{near}'?" if near else "'./rw rules' and './rw catalog list' show what exists"
    raise InputError(f"there is no rule or machine '{topic}'", hint=hint)


def explain_rule(one: Rule) -> str:
    """The reference page of one rule as text."""
    frameworks = f"\nEvidence for: {', '.join(one.frameworks)}" if one.frameworks else ""
    return f"{one.id} ({one.severity})\n\n{one.page}{frameworks}\n"


def explain_machine(machine: Machine, catalog: Catalog) -> str:
    """Facts about a machine, one a line; what is not known is said so."""
    facts = machine.model_dump(exclude={"source", "note", "uncertain"}, exclude_defaults=True)
    lines = [f"{key:<20} {_shown(value)}" for key, value in facts.items()]
    prices = [_price_line(price) for price in catalog.prices.values() if price.item == machine.name]
    notes = [machine.note] if machine.note else []
    source = f"source: {machine.source.url}, read {machine.source.read_on}"
    return "\n".join([*lines, *prices, "", *notes, source]) + "\n"


def _price_line(price: Price) -> str:
    usd = "not known" if price.usd is None else f"{price.usd} USD/h"
    unsure = ", not confirmed at the source" if price.uncertain else ""
    return f"{'price':<20} {usd} in {price.region}, {price.source.read_on}{unsure}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
