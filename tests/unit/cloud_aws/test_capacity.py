"""Capacity blocks of the local AWS: when they start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rackwright.cloud.aws.services.capacity import next_start

MINUTES = st.integers(0, 3 * 365 * 24 * 60)


@given(MINUTES)
def test_a_block_starts_at_half_past_eleven_within_a_day(minutes: int) -> None:
    after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    start = next_start(after)
    assert after < start <= after + timedelta(days=1)
    assert (start.hour, start.minute, start.second) == (11, 30, 0)
