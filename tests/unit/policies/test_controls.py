"""Controls that rules cite, alone and by theme."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from policies.controls import THEMES, all_controls, cite

RULES = Path(THEMES).with_name("rules")


def themes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with THEMES.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["theme"], []).append(row["control"])
    return found


def test_themes_name_controls_that_exist_once_each() -> None:
    for controls in themes().values():
        assert set(controls) <= all_controls().keys()
        assert len(controls) == len(set(controls))


def test_a_theme_serves_several_rules_or_is_none() -> None:
    written = [path.read_text() for path in RULES.glob("*.py")]
    seldom = [theme for theme in themes() if sum(f'"{theme}"' in text for text in written) < 2]
    assert seldom == []


def test_no_rule_spells_a_theme_out() -> None:
    lists = {path.stem: re.findall(r'"([^"\s]+:[^"\s]+)"', path.read_text()) for path in RULES.glob("*.py")}
    spelt = [
        (rule, theme) for rule, own in lists.items() for theme, all_of in themes().items() if set(all_of) <= {*own}
    ]
    assert spelt == []


def test_a_control_of_two_themes_is_cited_once_and_an_unknown_theme_is_refused() -> None:
    both = cite("backup", "encrypted-data-and-keys", "HIPAA:164.312(b)", "backup")
    assert len(both) == len(set(both))
    assert both[: len(themes()["backup"])] == tuple(themes()["backup"])
    with pytest.raises(KeyError, match="none-such"):
        cite("none-such")
