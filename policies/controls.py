"""The controls that rules may cite: framework, id and a short title of our own, as data (`controls.csv`)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("controls.csv")


@dataclass(frozen=True, slots=True, order=True)
class Control:
    """One control of one framework."""

    framework: str
    id: str
    title: str

    @property
    def name(self) -> str:
        """As rules cite it: ``HIPAA:164.312(b)``."""
        return f"{self.framework}:{self.id}"


@cache
def all_controls() -> dict[str, Control]:
    """Every control by its name."""
    with DATA.open(newline="", encoding="utf-8") as file:
        controls = [Control(row["framework"], row["control"], row["title"]) for row in csv.DictReader(file)]
    return {control.name: control for control in controls}
