"""What happens to a value: pseudonyms, ranges, dates, prefixes."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rackwright.anonymise.actions import REDACTED, DatePart, Number, OrRedacted, Prefix, Pseudonym, Range, Redact, Unfit
from rackwright.anonymise.key import PseudonymKey

KEY, OTHER = PseudonymKey(b"k" * 32), PseudonymKey(b"o" * 32)
texts = st.text(min_size=1, max_size=40)


@given(texts)
def test_the_same_value_has_the_same_pseudonym_and_the_key_changes_every_one(value: str) -> None:
    pseudonym = Pseudonym(KEY, "id").apply(value)
    assert pseudonym == Pseudonym(KEY, "id").apply(value)
    assert pseudonym != Pseudonym(OTHER, "id").apply(value)
    assert len(str(pseudonym)) == 32


@given(texts, texts)
def test_two_values_have_two_pseudonyms(one: str, other: str) -> None:
    assume(one != other)
    assert Pseudonym(KEY, "id").apply(one) != Pseudonym(KEY, "id").apply(other)


@given(st.tuples(texts, texts), st.tuples(texts, texts))
def test_columns_share_pseudonyms_only_in_one_domain(one: tuple[str, str], other: tuple[str, str]) -> None:
    same = Pseudonym(KEY, one[0]).apply(one[1]) == Pseudonym(KEY, other[0]).apply(other[1])
    assert same == (one == other)


def test_a_number_in_json_and_its_text_in_csv_are_one_value() -> None:
    assert Pseudonym(KEY, "id").apply(Number("17")) == Pseudonym(KEY, "id").apply("17")


def test_the_pseudonym_is_the_documented_hmac_cut_to_its_length() -> None:
    expected = hmac.new(b"k" * 32, b"\0\0\0\x02id17", hashlib.sha256).hexdigest()
    assert Pseudonym(KEY, "id", 64).apply("17") == expected
    assert Pseudonym(KEY, "id", 16).apply("17") == expected[:16]


@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_value_stays_missing_except_where_it_is_redacted(missing: object) -> None:
    for action in (Pseudonym(KEY, "id"), Range(Decimal(10)), DatePart("year"), Prefix(3)):
        assert action.apply(missing) == missing
    assert Redact().apply(missing) == REDACTED


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=3), st.sampled_from(["1", "5", "10", "0.5", "7.25"]))
def test_a_number_lies_in_its_range_and_the_range_is_as_wide_as_declared(number: Decimal, width: str) -> None:
    low, high = str(Range(Decimal(width)).apply(str(number))).strip("[)").split(",")
    assert Decimal(low) <= number < Decimal(high)
    assert Decimal(high) - Decimal(low) == Decimal(width)
    assert Decimal(low) % Decimal(width) == 0


@pytest.mark.parametrize(
    ("value", "shown"),
    [("34", "[30,40)"), ("40", "[40,50)"), ("17.9", "<18"), ("18", "[18,20)"), ("90", ">=90"), ("104", ">=90")],
)
def test_ranges_end_at_their_limits(value: str, shown: str) -> None:
    assert Range(Decimal(10), Decimal(18), Decimal(90)).apply(value) == shown


@pytest.mark.parametrize("value", ["x", "NaN", "Infinity", "1e999999", "1e-999999", "1 2"])
def test_what_is_no_number_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(Unfit) as refusal:
        Range(Decimal(10)).apply(value)
    assert value not in str(refusal.value)
    assert OrRedacted(Range(Decimal(10))).apply(value) == REDACTED


@pytest.mark.parametrize("value", ["2026-11-21", "2026-11-21T13:00:00Z", " 2026-11-21 09:00 "])
def test_dates_are_cut_to_month_or_year(value: str) -> None:
    assert DatePart("month").apply(value) == "2026-11"
    assert DatePart("year").apply(value) == "2026"


@pytest.mark.parametrize("value", ["2026-13-01", "2026-02-30", "21.11.2026", "2026-11-211", "2026"])
def test_other_dates_are_refused_unless_their_form_is_declared(value: str) -> None:
    with pytest.raises(Unfit, match="no date"):
        DatePart("month").apply(value)
    assert DatePart("month", "%d.%m.%Y").apply("21.11.2026") == "2026-11"


@given(st.text(max_size=20), st.integers(1, 8))
def test_a_prefix_never_shows_more_than_declared(value: str, length: int) -> None:
    shown = str(Prefix(length).apply(value))
    assert len(shown) <= length + 1
    assert value.strip() == "" or shown != value.strip() or shown == "*"


@pytest.mark.parametrize("value", [[1], {"a": 1}])
def test_lists_and_objects_have_no_pseudonym(value: object) -> None:
    with pytest.raises(Unfit):
        Pseudonym(KEY, "id").apply(value)
