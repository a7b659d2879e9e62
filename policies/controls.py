"""The controls that rules may cite: alone (`controls.csv`, with a title of our own) or by theme (`themes.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CIS_AWS = "CIS-AWS-"
DATA = Path(__file__).with_name("controls.csv")
THEMES = Path(__file__).with_name("themes.csv")
DERIVED = Path(__file__).with_name("nist_800_171.csv")


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


def cite(*names: str) -> tuple[str, ...]:
    """Controls that a rule serves, in order: those of themes (``least-privilege``) and single ones by name.

    A theme is a requirement in the words of every framework (`themes.csv`). KeyError for a theme that is none.
    """
    themes = _themes()
    each = ((name,) if ":" in name else themes[name] for name in names)
    return tuple(dict.fromkeys(control for controls in each for control in controls))


def in_other_editions(names: Sequence[str]) -> tuple[str, ...]:
    """`names` and the same requirements in the other editions of their benchmark, as rules cite one or two.

    CIS renumbers its AWS benchmark with every edition; requirements are the same where our short titles are. FedRAMP
    takes its controls over from NIST SP 800-53 r5 under the same ids, and SP 800-171 r2 says from which its own come.
    """
    known = all_controls()
    cited = [known[name] for name in names if name in known]
    titles = {control.title for control in cited if control.framework.startswith(CIS_AWS)}
    cis = [name for title in titles for name in _cis_aws_by_title()[title]]
    fedramp = [f"FEDRAMP-MODERATE:{control.id}" for control in cited if control.framework == "NIST-800-53r5"]
    nist = [name for control in cited if control.framework == "NIST-800-53r5" for name in _in_171().get(control.id, ())]
    others = (name for name in (*fedramp, *nist) if name in known)
    return tuple(dict.fromkeys((*names, *sorted(cis), *others)))


@cache
def _themes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with THEMES.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["theme"], []).append(row["control"])
    return found


@cache
def _cis_aws_by_title() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for control in all_controls().values():
        if control.framework.startswith(CIS_AWS):
            found.setdefault(control.title, []).append(control.name)
    return found


@cache
def _in_171() -> dict[str, list[str]]:
    """Control of SP 800-53 -> requirements of SP 800-171 r2 that come from it (its appendix D)."""
    found: dict[str, list[str]] = {}
    with DERIVED.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["nist_800_53r5"], []).append(f"NIST-800-171r2:{row['nist_800_171r2']}")
    return found
