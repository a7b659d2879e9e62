"""What an apply would change in the price: the design now against what was recorded at the last apply. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from rackwright.design.model import Cost
from rackwright.design.totals import HOURS_PER_MONTH

STORAGE = "storage"
"""Name of the line of all storages; no pool is called so, because a pool's price is under its own name."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CostLine(_Part):
    """One pool, or all storages, before and after; dollars per hour at full size."""

    name: str
    before: float
    after: float


class CostChange(_Part):
    """The difference; dollars per hour at full size."""

    before: float | None
    """None where no apply has recorded a price."""
    after: float
    lines: tuple[CostLine, ...]
    """What differs, dearest change first."""
    not_priced: tuple[str, ...]
    """What neither sum holds, because the catalog has no price for it."""

    @property
    def usd_per_hour(self) -> float:
        """Difference per hour; the whole price where nothing is recorded."""
        return round(self.after - (self.before or 0.0), 4)

    def sentence(self) -> str:
        """One line for people."""
        if self.before is None and not self.lines:
            return "not known: the catalog has no price for what is new"
        if self.before is None:
            return f"${self.after:,.2f} per hour more: nothing is recorded yet, so all of it is new"
        if not self.lines:
            return "none"
        monthly = self.usd_per_hour * HOURS_PER_MONTH
        parts = ", ".join(f"{line.name} {_signed(line.after - line.before)}" for line in self.lines)
        return f"{_signed(self.usd_per_hour)} per hour ({_signed(monthly)} per month): {parts}"


def _signed(usd: float) -> str:
    return f"{'-' if usd < 0 else '+'}${abs(usd):,.2f}"


def cost_change(recorded: Mapping[str, object] | None, now: Cost) -> CostChange:
    """`now` against what the state recorded (the stack output ``cost``).

    A record in a form that this release does not read counts as none.
    """
    before = _read(recorded)
    old = _lines(before) if before is not None else {}
    new = _lines(now)
    lines = [
        CostLine(name=name, before=old.get(name, 0.0), after=new.get(name, 0.0))
        for name in sorted({*old, *new})
        if round(old.get(name, 0.0) - new.get(name, 0.0), 4)
    ]
    return CostChange(
        before=before.usd_per_hour if before is not None else None,
        after=now.usd_per_hour,
        lines=tuple(sorted(lines, key=lambda line: -abs(line.after - line.before))),
        not_priced=now.not_priced,
    )


def _read(recorded: Mapping[str, object] | None) -> Cost | None:
    try:
        return Cost.model_validate(recorded) if recorded else None
    except ValidationError:
        return None


def _lines(cost: Cost) -> dict[str, float]:
    return {**cost.by_pool, STORAGE: cost.storage_usd_per_hour}
