"""The only place that asks what day it is, for expiry dates; everything below takes the date as an argument."""

from __future__ import annotations

import datetime as dt


def today() -> dt.date:
    """Today in UTC."""
    return dt.datetime.now(dt.UTC).date()
