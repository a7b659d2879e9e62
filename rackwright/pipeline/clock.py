"""The only place that asks what time it is; everything below takes day or time as an argument."""

from __future__ import annotations

import datetime as dt


def today() -> dt.date:
    """Today in UTC."""
    return dt.datetime.now(dt.UTC).date()


def now() -> dt.datetime:
    """This moment in UTC."""
    return dt.datetime.now(dt.UTC)
