"""Quantities: text with a unit is parsed at the edge, inside every value has one canonical unit.

A bare number is refused where a unit is needed, because ``500`` does not say of what. Each type writes its unit
back when it is dumped, so that a dumped spec can be loaded again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z%][A-Za-z/%]*)\s*")

_SCALES: Mapping[str, Mapping[str, float]] = {
    "Gbps": {"Gbps": 1, "Tbps": 1000, "Mbps": 0.001},
    "GiB": {"GiB": 1, "TiB": 1024, "PiB": 1024 * 1024, "MiB": 1 / 1024},
    "MB/s/TiB": {"MB/s/TiB": 1, "GB/s/TiB": 1000},
    "days": {"days": 1, "day": 1, "d": 1, "weeks": 7, "months": 30, "years": 365},
    "minutes": {"minutes": 1, "minute": 1, "min": 1, "hours": 60, "hour": 60, "h": 60, "days": 1440},
    "kW": {"kW": 1, "MW": 1000, "W": 0.001},
    "m": {"m": 1, "cm": 0.01},
    "kg": {"kg": 1, "t": 1000},
    "%": {"%": 1},
}
"""Canonical unit -> spelling -> factor. Decimal for network and power, binary for memory and storage, as sold."""


def parse_quantity(raw: object, unit: str) -> float:
    """Value of text such as ``"3.2 Tbps"`` in `unit`; PydanticCustomError with the accepted units otherwise."""
    match = _QUANTITY.fullmatch(raw) if isinstance(raw, str) else None
    scale = _SCALES[unit]
    if match is None or match[2] not in scale:
        shown = f"{raw:g}" if isinstance(raw, float) else str(raw)
        raise PydanticCustomError(
            "unit",
            "'{value}' needs a unit; write '<number> <unit>' with one of {units}",
            {"value": shown, "units": ", ".join(scale)},
        )
    return float(match[1]) * scale[match[2]]


def _quantity(unit: str, example: str, *, whole: bool = False) -> tuple[object, ...]:
    def parse(raw: object) -> float | int:
        value = parse_quantity(raw, unit)
        return round(value) if whole and value == round(value) else value

    def write(value: float) -> str:
        return f"{value!r} {unit}"

    pattern = r"^\s*\d+(\.\d+)?\s*(" + "|".join(re.escape(name) for name in _SCALES[unit]) + r")\s*$"
    schema = WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})
    return (BeforeValidator(parse), PlainSerializer(write), schema)


_GBPS = _quantity("Gbps", "400 Gbps")
_GIB = _quantity("GiB", "48 TiB", whole=True)
_PER_TIB = _quantity("MB/s/TiB", "500 MB/s/TiB", whole=True)
_DAYS = _quantity("days", "400 days", whole=True)
_MINUTES = _quantity("minutes", "30 minutes", whole=True)
_KW = _quantity("kW", "40 kW")
_METRES = _quantity("m", "30 m")
_KG = _quantity("kg", "1500 kg")
_PERCENT = _quantity("%", "10%")

Gbps = Annotated[float, *_GBPS, Field(gt=0)]
"""Bandwidth in gigabits (10^9 bit) per second, one direction."""

GiB = Annotated[int, *_GIB, Field(gt=0)]
"""Memory or storage in gibibytes (2^30 bytes)."""

MbpsPerTiB = Annotated[int, *_PER_TIB, Field(gt=0)]
"""FSx for Lustre throughput: megabytes per second for each tebibyte of storage."""

Days = Annotated[int, *_DAYS, Field(gt=0)]
"""Calendar days."""

Minutes = Annotated[int, *_MINUTES, Field(gt=0)]
"""Minutes."""

Kilowatts = Annotated[float, *_KW, Field(gt=0)]
"""Electrical power in kilowatts."""

Metres = Annotated[float, *_METRES, Field(gt=0)]
"""Length in metres."""

Kilograms = Annotated[float, *_KG, Field(gt=0)]
"""Mass in kilograms."""

Percent = Annotated[float, *_PERCENT, Field(ge=0)]
"""A share in percent: ``10%`` is 10.0."""
