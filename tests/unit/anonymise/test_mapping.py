"""The map: every mistake at once, each with its line."""

from __future__ import annotations

import pytest

from rackwright.anonymise.actions import Drop, Keep
from rackwright.anonymise.key import PseudonymKey
from rackwright.anonymise.mapping import needs_key, parse_map
from rackwright.diagnostics import InputError

KEY = PseudonymKey(b"k" * 32)

RIGHT = """\
default: drop
columns:
  id: {action: hmac, length: 24, domain: patient}
  name: drop
  mail: redact
  age: {action: generalise, width: 10, max: 90}
  born: {action: generalise, date: year, format: '%d.%m.%Y', invalid: redact}
  zip: {action: generalise, prefix: 3}
  diagnosis: keep
k_anonymity: {k: 5, columns: [age, zip]}
"""

WRONG = """\
defualt: drop
columns:
  a: kepe
  b: {action: hmac, length: 8}
  c: {action: generalise}
  d: {action: generalise, width: 0}
  e: {action: generalise, date: week}
  f: {action: generalise, prefix: none}
  g: {action: keep, width: 3}
  h: {action: generalise, width: 5, min: 9, max: 3}
  i: drop
k_anonymity: {k: 1, columns: [i, j]}
"""


def test_a_right_map_is_read() -> None:
    found = parse_map(RIGHT, "map.yaml", KEY)
    assert list(found.columns) == ["id", "name", "mail", "age", "born", "zip", "diagnosis"]
    assert isinstance(found.columns["name"], Drop)
    assert isinstance(found.columns["diagnosis"], Keep)
    assert "first 24 of 64 digits (96 bits), domain patient" in found.columns["id"].detail
    assert found.drops_unknown
    assert found.anonymity is not None
    assert (found.anonymity.k, found.anonymity.columns) == (5, ("age", "zip"))


def test_all_mistakes_come_at_once_each_with_its_line() -> None:
    with pytest.raises(InputError) as refusal:
        parse_map(WRONG, "map.yaml", KEY)
    lines = sorted(int(problem.where.split(":")[1]) for problem in refusal.value.problems)
    assert lines == [1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 12, 12]
    hints = [problem.hint for problem in refusal.value.problems]
    assert "did you mean default?" in hints
    assert "did you mean keep?" in hints


def test_pseudonyms_want_a_key() -> None:
    assert needs_key(RIGHT, "map.yaml")
    assert not needs_key("columns: {a: keep}", "map.yaml")
    with pytest.raises(InputError) as refusal:
        parse_map("columns: {a: hmac}", "map.yaml", None)
    assert "there is no key" in refusal.value.problems[0].summary


@pytest.mark.parametrize(
    "text", ["", "[]", "columns:", "columns: []", "columns: {a: 3}", "a: [", "columns: {a: {b: c}}"]
)
def test_what_is_no_map_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_map(text, "map.yaml", KEY)


def test_a_key_shows_its_id_and_never_itself() -> None:
    assert "kkkk" not in repr(KEY)
    assert KEY.secret.hex()[:16] != KEY.id
