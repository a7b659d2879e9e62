"""Quantities: text with a unit in, one canonical number inside, text with a unit out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rackwright.units import Days, Gbps, GiB, Kilowatts, MbpsPerTiB, Metres, Minutes, Percent


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (GiB, "48 TiB", 49152),
        (GiB, "1.5TiB", 1536),
        (MbpsPerTiB, "500 MB/s/TiB", 500),
        (Days, "7 years", 2555),
        (Minutes, "2 hours", 120),
        (Gbps, "3.2 Tbps", 3200.0),
        (Kilowatts, "10200 W", 10.2),
        (Metres, "60 cm", 0.6),
        (Percent, "10%", 10.0),
    ],
)
def test_text_with_a_unit_becomes_the_canonical_number(kind: object, text: str, value: float):
    assert TypeAdapter(kind).validate_python(text) == pytest.approx(value)


@pytest.mark.parametrize("raw", [48, 48.0, "48", "48 GB", "GiB", "-1 GiB", "", None, True, "1 GiB 2"])
def test_whatever_has_no_unit_of_the_kind_is_refused(raw: object):
    with pytest.raises(ValidationError, match="needs a unit"):
        TypeAdapter(GiB).validate_python(raw)


def test_a_part_of_a_gibibyte_is_refused():
    with pytest.raises(ValidationError):
        TypeAdapter(GiB).validate_python("0.3 GiB")


@given(st.integers(1, 10**9))
def test_a_written_quantity_reads_back_as_itself(value: int):
    adapter = TypeAdapter(GiB)
    assert adapter.validate_python(adapter.dump_python(value)) == value


@given(st.floats(0.001, 1e6))
def test_a_written_bandwidth_reads_back_as_itself(value: float):
    adapter = TypeAdapter(Gbps)
    text = adapter.dump_python(adapter.validate_python(f"{value:.6f} Gbps"))
    assert adapter.validate_python(text) == pytest.approx(value, abs=1e-6)
