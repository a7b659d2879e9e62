"""Where a number of the catalog comes from, and the reading of data files."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, HttpUrl

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast as a reader that knows lines and columns; every command reads these files first."""


class Source(BaseModel):
    """Page that states a number, so that the next reader can check it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    read_on: dt.date


def read_data(name: str) -> object:
    """Parsed YAML of the packaged data file called `name`, for example ``switches.yaml``."""
    text = files("rackwright.catalog").joinpath("data", name).read_text(encoding="utf-8")
    parsed: object = _LOADER(text).get_single_data()
    return parsed
