"""Periods that auditors ask for: a year, a quarter, a month. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from rackwright.diagnostics import InputError

_FORM = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to before `end`, both in UTC."""

    name: str
    start: dt.datetime
    end: dt.datetime

    def side(self, at: str) -> int:
        """-1 for a time (as records carry it) before the period, 0 inside, 1 after."""
        time = dt.datetime.fromisoformat(at)
        return -1 if time < self.start else int(time >= self.end)


def parse_period(text: str) -> Period:
    """``2026``, ``2026-Q4`` or ``2026-11``; `InputError` for anything else."""
    match = _FORM.fullmatch(text)
    if match is None or int(match[1]) in {0, dt.MAXYEAR}:
        raise InputError(
            f"{text!r} is no period",
            where="--period",
            hint="write a year, a quarter or a month: 2026, 2026-Q4, 2026-11",
        )
    year, first, months = int(match[1]), 1, _MONTHS
    if match[2]:
        first, months = 3 * int(match[2]) - 2, 3
    elif match[3]:
        first, months = int(match[3]), 1
    after = year * _MONTHS + first - 1 + months
    end = dt.datetime(after // _MONTHS, after % _MONTHS + 1, 1, tzinfo=dt.UTC)
    return Period(text, dt.datetime(year, first, 1, tzinfo=dt.UTC), end)
